//! Templates, which belong to an account as edits do (docs/adr/0058-templates.md).

use tallylight_core::templates::Template;

use super::{Store, owned};

impl Store {
    /// Returns the templates of an account, in the order in which they were made.
    pub fn templates(&self, owner: &str) -> Vec<Template> {
        let sql = "SELECT json_set(body, '$.template_id', id) FROM template WHERE owner = ?1 ORDER BY id";
        owned(&self.disk.lend(), sql, owner)
    }

    /// Stores a template of an account in place of the one with its id, and returns it with the id that it got.
    ///
    /// Returns none if the write failed.
    pub fn save_template(&mut self, owner: &str, template: Template) -> Option<Template> {
        let body = serde_json::to_string(&template).unwrap_or_default();
        let mut template_id = template.template_id;
        let is_written = self.durably("a template", |transaction| {
            if template_id != 0 {
                let sql = "INSERT INTO template (id, owner, body) VALUES (?1, ?2, ?3) \
                    ON CONFLICT (id) DO UPDATE SET body = excluded.body WHERE owner = excluded.owner";
                if transaction.execute(sql, (template_id, owner, &body))? > 0 {
                    return Ok(());
                }
            }
            transaction.execute("INSERT INTO template (owner, body) VALUES (?1, ?2)", (owner, &body))?;
            template_id = u32::try_from(transaction.last_insert_rowid()).unwrap_or(u32::MAX);
            Ok(())
        });
        is_written.then_some(Template { template_id, ..template })
    }

    /// Deletes a template of an account. Returns whether the write succeeded.
    pub fn delete_template(&mut self, owner: &str, template_id: u32) -> bool {
        self.durably("a deleted template", |transaction| {
            let sql = "DELETE FROM template WHERE owner = ?1 AND id = ?2";
            transaction.execute(sql, (owner, template_id)).map(drop)
        })
    }

    /// Deletes all templates of an account, at the user's request.
    pub fn delete_templates(&mut self, owner: &str) {
        self.durably("deleted templates", |transaction| {
            transaction.execute("DELETE FROM template WHERE owner = ?1", [owner]).map(drop)
        });
    }
}
