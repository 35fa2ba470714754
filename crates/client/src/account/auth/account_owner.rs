//! Whose jobs are on disk: those of another account are deleted before anything of this one is shown.

use tallylight_core::discovery::Identity;

use crate::account::{
    context::Context,
    message::{AccountOwner, AuthInput, Message},
};

/// The setting that holds an [`AccountOwner`].
const ACCOUNT: &str = "account";

fn is_same(one: &AccountOwner, other: &AccountOwner) -> bool {
    one.server == other.server && one.email.eq_ignore_ascii_case(&other.email)
}

/// Stores whose jobs are on disk from now on, and deletes those of another account.
pub(super) fn set(email: &str, context: &mut Context) {
    // The embedded studio has one account only, which must not replace a remembered one.
    let Some(server) = context.server().filter(|server| server.identity == Identity::Address) else { return };
    let account = AccountOwner { server: server.key().to_owned(), email: email.to_owned() };
    match context.store.value::<AccountOwner>(ACCOUNT) {
        Some(before) if is_same(&before, &account) => {}
        // Behind the deletion: a crash in between must not leave the jobs of one account to another.
        Some(_) => {
            context.send(Message::ForgetJobs);
            context.send(AuthInput::StoreOwner(account));
        }
        None => store(&account, context),
    }
}

/// Stores whose jobs are on disk.
pub(super) fn store(account: &AccountOwner, context: &mut Context) {
    context.store.set_value(ACCOUNT, account);
}

/// Returns the email that was used last at this backend.
pub(in crate::account) fn remembered_email(context: &Context) -> Option<String> {
    let account = context.store.value::<AccountOwner>(ACCOUNT)?;
    let is_here = context.server().is_some_and(|server| server.key() == account.server);
    Some(account.email).filter(|email| is_here && !email.is_empty())
}
