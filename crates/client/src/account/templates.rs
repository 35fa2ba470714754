//! The templates of an account. They are on disk only: each is written before the command is answered, and commands are
//! rare.

use tallylight_core::{Code, Error, templates::Template};

use super::{context::Context, errors::signed_out, message::TemplatesInput};
use crate::command::TemplateCommand;

/// The most templates of an account.
const MAX_TEMPLATES: usize = 200;

/// The templates of one account at one backend.
#[derive(Default)]
pub(super) struct Templates {
    /// Whose they are; none before anybody signed in.
    owner: Option<String>,
}

impl Templates {
    pub(super) fn handle(&mut self, input: TemplatesInput, context: &mut Context) {
        match input {
            TemplatesInput::Command(command) => self.command(command, context),
            TemplatesInput::Load(owner) => self.owner = Some(owner),
            TemplatesInput::Unload => self.owner = None,
            TemplatesInput::Delete => {
                if let Some(owner) = self.owner.take() {
                    context.store.delete_templates(&owner);
                }
            }
        }
    }

    fn command(&self, command: TemplateCommand, context: &mut Context) {
        match command {
            TemplateCommand::List(reply) => {
                let templates = self.owner(context).map(|owner| context.store.templates(owner));
                context.reply(reply, templates);
            }
            TemplateCommand::Save(template, reply) => {
                let saved = self.save(*template, context);
                context.reply(reply, saved);
            }
            TemplateCommand::Delete(template_id, reply) => {
                let deleted = self.delete(template_id, context);
                context.reply(reply, deleted);
            }
        }
    }

    /// Returns whose templates are in use. An expired session hides them.
    fn owner(&self, context: &Context) -> Result<&str, Error> {
        self.owner.as_deref().filter(|_| context.access.is_signed_in).ok_or_else(signed_out)
    }

    fn save(&self, template: Template, context: &mut Context) -> Result<Template, Error> {
        let owner = self.owner(context)?;
        let template = template.checked()?;
        if template.template_id == 0 && context.store.templates(owner).len() >= MAX_TEMPLATES {
            let words = format!("There are {MAX_TEMPLATES} templates already. Delete one first.");
            return Err(Error::new(Code::InvalidContent, words));
        }
        context.store.save_template(owner, template).ok_or_else(not_written)
    }

    fn delete(&self, template_id: u32, context: &mut Context) -> Result<(), Error> {
        let owner = self.owner(context)?;
        if context.store.delete_template(owner, template_id) { Ok(()) } else { Err(not_written()) }
    }
}

fn not_written() -> Error {
    Error::new(Code::Storage, "Couldn't save the template. Check the disk.")
}

#[cfg(test)]
mod tests;
