//! The history, as pages of JSON or as one CSV file.

use axum::Json;
use axum::body::Body as Sent;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::error::Result;
use crate::home::here::Here;
use crate::home::parts::Asked;
use crate::home::{Home, history_csv};
use crate::wire::HistoryQuery;

/// A page of it, or with `Accept: text/csv` the whole.
pub async fn history(home: Here, headers: HeaderMap, Asked(query): Asked<HistoryQuery>) -> Result<Response> {
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
