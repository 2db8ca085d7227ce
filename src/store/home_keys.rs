//! Keys that the home made for itself, which nobody else ever sees.

use super::Store;
use crate::error::{Error, Result};
use crate::model::LineKey;
use crate::random::Random;

impl Store {
    /// What the home makes its lines with: made when it is first asked for, the same from then on.
    pub async fn line_key(&self, random: &dyn Random) -> Result<LineKey> {
        let key = self.home_key("line", || LineKey::new(random).as_bytes().to_vec()).await?;
        LineKey::from_bytes(&key).ok_or_else(|| Error::corrupt("key", "it is not 32 bytes long"))
    }

    /// The key by which push services know the home, kept in the same way.
    pub async fn push_key(&self, make: impl FnOnce() -> Vec<u8>) -> Result<Vec<u8>> {
        self.home_key("push", make).await
    }

    /// The key that phones seal their answers to, kept in the same way.
    pub async fn relay_key(&self, make: impl FnOnce() -> Vec<u8>) -> Result<Vec<u8>> {
        self.home_key("relay", make).await
    }

    /// The keys of the home's own certificates, kept in the same way.
    pub async fn certificate_keys(&self, make: impl FnOnce() -> Vec<u8>) -> Result<Vec<u8>> {
        self.home_key("certificates", make).await
    }

    /// By what the home is known on the household's network. No secret, and kept in the same way.
    pub async fn nearby_id(&self, make: impl FnOnce() -> Vec<u8>) -> Result<Vec<u8>> {
        self.home_key("nearby", make).await
    }

    async fn home_key(&self, name: &'static str, make: impl FnOnce() -> Vec<u8>) -> Result<Vec<u8>> {
        let found: Option<(Vec<u8>,)> = sqlx::query_as("SELECT key FROM home_keys WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.reader)
            .await?;
        if let Some((key,)) = found {
            return Ok(key);
        }
        let key = make();
        let mut change = self.begin().await?;
        sqlx::query("INSERT INTO home_keys (name, key) VALUES ($1, $2)")
            .bind(name)
            .bind(key.as_slice())
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[tokio::test]
    async fn the_key_of_lines_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).await.expect("opens");
        let first = store.line_key(&SeededRandom::new(1)).await.expect("is made");
        store.close().await;
        let store = Store::open(folder.path()).await.expect("opens again");
        let again = store.line_key(&SeededRandom::new(2)).await.expect("is there");
        assert_eq!(first.as_bytes(), again.as_bytes());
    }
}
