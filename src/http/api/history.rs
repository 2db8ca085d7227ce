//! The history, as pages of JSON or as one CSV file.

use axum::Json;
use axum::body::Body as Sent;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::error::{ErrorBody, Result};
use crate::home::here::Here;
use crate::home::{Home, history_csv};
use crate::http::input::Asked;
use crate::wire::{HistoryPage, HistoryQuery};

/// Sign-ins, sign-outs and alerts, newest first. With `Accept: text/csv` the whole of it as a CSV file.
#[utoipa::path(get, path = "/api/v1/history", tag = "history", params(HistoryQuery), responses(
    (status = 200, content((HistoryPage = "application/json"), (String = "text/csv"))), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)
))]
pub async fn list(home: Here, headers: HeaderMap, Asked(query): Asked<HistoryQuery>) -> Result<Response> {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.contains("text/csv") {
        csv_file(home, query).await
    } else {
        Ok(Json(home.history(query).await?).into_response())
    }
}

/// A page at a time: a long history must not fill the memory.
async fn csv_file(home: Here, query: HistoryQuery) -> Result<Response> {
    let query = HistoryQuery { limit: Some(1000), ..query };
    let first = home.history(query.clone()).await?;
    let pages = stream::try_unfold(Some((home, query, Some(first))), |state| async move {
        let Some((home, mut query, ready)) = state else { return Ok(None) };
        let (is_first, page) = match ready {
            Some(page) => (true, page),
            None => (false, home.history(query.clone()).await?),
        };
        let lines = history_csv(&page.history, is_first)?;
        let next = page.next_cursor.map(|cursor| {
            query.cursor = Some(cursor);
            (home, query, None)
        });
        Ok::<_, crate::error::Error>(Some((lines, next)))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"latchkey-history.csv\""),
    ];
    Ok((headers, Sent::from_stream(pages)).into_response())
}
