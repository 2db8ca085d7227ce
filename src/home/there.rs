//! A home on another machine, asked over its HTTP interface: the phone's case, and a desktop's whose
//! server runs on another computer.

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sse_stream::SseStream;
use url::Url;

use super::Home;
use crate::error::{Error, ErrorBody, Result};
use crate::model::{AlertId, DeviceId, ProfileId, Secret};
use crate::wire::{
    ActivityReport, AlertAnswer, AlertDetail, AlertPage, AlertQuery, AlertSettings, AlertSettingsChange,
    AnswerOutcome, CodeAnswer, CurrentSession, Device, DeviceChange, DeviceDetail, DeviceMerge, DevicePage,
    DeviceQuery, Event, GeoStatus, HistoryPage, HistoryQuery, HomeStatus, NewProfile, PasswordChange,
    PasswordChanged, PendingCode, Profile, ProfileChange, ProfileChoice, ProfileList, SetupRequest,
    SignInRequest, SignOutMany, SignOutReport, SignOutResult, SignedIn,
};

/// Most bytes read of an answer: a home that is not ours must not fill our memory.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// A home on another machine.
#[derive(Clone, Debug)]
pub struct There {
    url: Url,
    token: Option<Secret>,
    http: Client,
}

impl There {
    /// The home at `url`, asked with `token` once this device is signed in.
    pub fn new(url: Url, token: Option<Secret>) -> Self {
        Self { url, token, http: crate::tls::http_client() }
    }

    /// The same home, asked with `token`. Cheap: the connections are shared.
    #[must_use]
    pub fn with_token(&self, token: Option<Secret>) -> Self {
        Self { token, ..self.clone() }
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder> {
        let url = self.url.join(path).map_err(Error::internal)?;
        let request = self.http.request(method, url);
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token.reveal()),
            None => request,
        })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &impl Serialize) -> Result<T> {
        let query = serde_urlencoded::to_string(query).map_err(Error::internal)?;
        let path = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        read(send(self.request(Method::GET, &path)?).await?).await
    }

    async fn tell<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T> {
        read(send(self.request(method, path)?.json(body)).await?).await
    }

    async fn tell_only(&self, method: Method, path: &str, body: &impl Serialize) -> Result<()> {
        send(self.request(method, path)?.json(body)).await.map(drop)
    }
}

/// Sends a request; an answer that is an error becomes one.
async fn send(request: RequestBuilder) -> Result<Response> {
    let response = request.send().await.map_err(|cause| Error::HomeUnreachable(cause.into()))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = bytes(response).await.unwrap_or_default();
    Err(match serde_json::from_slice::<ErrorBody>(&body) {
        Ok(ErrorBody { error, message, .. }) => match error.as_str() {
            "not_signed_in" => Error::NotSignedIn,
            "session_ended" => Error::SessionEnded,
            "session_held" => Error::SessionHeld,
            "token_expired" => Error::TokenExpired,
            "kids_profile" => Error::KidsProfile,
            _ => Error::Remote { status: status.as_u16(), code: error, message },
        },
        Err(_) => Error::HomeUnreachable(format!("it answered {status}, which no Latchkey does").into()),
    })
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T> {
    serde_json::from_slice(&bytes(response).await?).map_err(|cause| Error::HomeUnreachable(cause.into()))
}

async fn bytes(mut response: Response) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|cause| Error::HomeUnreachable(cause.into()))? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err(Error::HomeUnreachable("its answer is too long".into()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Ends a stream of events when one of them grows past what any event needs: a home is another machine, and
/// its answers are read with care.
fn bounded<B: AsRef<[u8]>, E>(bytes: impl Stream<Item = Result<B, E>>) -> impl Stream<Item = Result<B, E>> {
    let mut since_event = 0_usize;
    bytes.take_while(move |chunk| {
        if let Ok(chunk) = chunk {
            let chunk = chunk.as_ref();
            let ends = |end: &[u8]| chunk.windows(end.len()).any(|window| window == end);
            let is_over = ends(b"\n\n") || ends(b"\r\n\r\n");
            since_event = chunk.len() + if is_over { 0 } else { since_event };
        }
        std::future::ready(since_event <= MOST_BYTES)
    })
}

const NOTHING: &[(&str, &str)] = &[];

#[async_trait]
impl Home for There {
    async fn status(&self) -> Result<HomeStatus> {
        self.get("/api/v1/status", &NOTHING).await
    }

    async fn set_up(&self, request: SetupRequest) -> Result<SignedIn> {
        self.tell(Method::POST, "/api/v1/setup", &request).await
    }

    async fn sign_in(&self, request: SignInRequest) -> Result<SignedIn> {
        self.tell(Method::POST, "/api/v1/sign-in", &request).await
    }

    async fn session(&self) -> Result<CurrentSession> {
        self.get("/api/v1/session", &NOTHING).await
    }

    async fn sign_out_here(&self) -> Result<()> {
        self.tell_only(Method::POST, "/api/v1/sign-out", &()).await
    }

    async fn choose_profile(&self, choice: ProfileChoice) -> Result<CurrentSession> {
        self.tell(Method::PUT, "/api/v1/session/profile", &choice).await
    }

    async fn report_activity(&self, report: ActivityReport) -> Result<()> {
        self.tell_only(Method::POST, "/api/v1/session/activity", &report).await
    }

    async fn profiles(&self) -> Result<ProfileList> {
        self.get("/api/v1/profiles", &NOTHING).await
    }

    async fn devices(&self, query: DeviceQuery) -> Result<DevicePage> {
        self.get("/api/v1/devices", &query).await
    }

    async fn device(&self, id: DeviceId) -> Result<DeviceDetail> {
        self.get(&format!("/api/v1/devices/{id}"), &NOTHING).await
    }

    async fn change_device(&self, id: DeviceId, change: DeviceChange) -> Result<Device> {
        self.tell(Method::PATCH, &format!("/api/v1/devices/{id}"), &change).await
    }

    async fn merge_device(&self, id: DeviceId, merge: DeviceMerge) -> Result<Device> {
        self.tell(Method::POST, &format!("/api/v1/devices/{id}/merge"), &merge).await
    }

    async fn separate_device(&self, id: DeviceId) -> Result<Device> {
        self.tell(Method::POST, &format!("/api/v1/devices/{id}/separate"), &()).await
    }

    async fn sign_out_device(&self, id: DeviceId) -> Result<SignOutResult> {
        self.tell(Method::POST, &format!("/api/v1/devices/{id}/sign-out"), &()).await
    }

    async fn sign_out_devices(&self, request: SignOutMany) -> Result<SignOutReport> {
        self.tell(Method::POST, "/api/v1/devices/sign-out", &request).await
    }

    async fn alerts(&self, query: AlertQuery) -> Result<AlertPage> {
        self.get("/api/v1/alerts", &query).await
    }

    async fn alert(&self, id: AlertId) -> Result<AlertDetail> {
        self.get(&format!("/api/v1/alerts/{id}"), &NOTHING).await
    }

    async fn answer_alert(&self, id: AlertId, answer: AlertAnswer) -> Result<AnswerOutcome> {
        self.tell(Method::POST, &format!("/api/v1/alerts/{id}/answer"), &answer).await
    }

    async fn alert_settings(&self) -> Result<AlertSettings> {
        self.get("/api/v1/alert-settings", &NOTHING).await
    }

    async fn change_alert_settings(&self, change: AlertSettingsChange) -> Result<AlertSettings> {
        self.tell(Method::PUT, "/api/v1/alert-settings", &change).await
    }

    async fn history(&self, query: HistoryQuery) -> Result<HistoryPage> {
        self.get("/api/v1/history", &query).await
    }

    async fn create_profile(&self, profile: NewProfile) -> Result<Profile> {
        self.tell(Method::POST, "/api/v1/profiles", &profile).await
    }

    async fn change_profile(&self, id: ProfileId, change: ProfileChange) -> Result<Profile> {
        self.tell(Method::PATCH, &format!("/api/v1/profiles/{id}"), &change).await
    }

    async fn delete_profile(&self, id: ProfileId) -> Result<()> {
        self.tell_only(Method::DELETE, &format!("/api/v1/profiles/{id}"), &()).await
    }

    async fn change_password(&self, change: PasswordChange) -> Result<PasswordChanged> {
        self.tell(Method::PUT, "/api/v1/account/password", &change).await
    }

    async fn mark_badge_seen(&self) -> Result<()> {
        self.tell_only(Method::POST, "/api/v1/account/badge-seen", &()).await
    }

    async fn pending_code(&self, user_code: String) -> Result<PendingCode> {
        let letters: String = user_code.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
        self.get(&format!("/api/v1/codes/{letters}"), &NOTHING).await
    }

    async fn answer_code(&self, answer: CodeAnswer) -> Result<()> {
        self.tell_only(Method::POST, "/api/v1/codes/answer", &answer).await
    }

    async fn geo_status(&self) -> Result<GeoStatus> {
        self.get("/api/v1/geo", &NOTHING).await
    }

    async fn update_geo(&self) -> Result<GeoStatus> {
        self.tell(Method::POST, "/api/v1/geo/update", &()).await
    }

    async fn events(&self) -> Result<BoxStream<'static, Event>> {
        let response = send(self.request(Method::GET, "/api/v1/events")?).await?;
        let events = SseStream::from_bytes_stream(bounded(response.bytes_stream()));
        Ok(events
            // The connection broke: the stream ends, and whoever listens asks for another.
            .take_while(|event| std::future::ready(event.is_ok()))
            .filter_map(|event| async move {
                let data = event.ok()?.data?;
                serde_json::from_str::<Event>(&data).ok()
            })
            .boxed())
    }
}
