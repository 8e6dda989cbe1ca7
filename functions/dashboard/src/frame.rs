//! The frame of every page: the header, the search, the user's menu and the languages.

use api::Role;
use domain::Language;
use texts::Texts;

use crate::assets;
use crate::language::own_name;
use crate::visit::Visit;

/// The values of `templates/frame.html`.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) t: &'static Texts,
    pub(crate) role: Option<Role>,
    pub(crate) user: Option<String>,
    pub(crate) here: String,
}

impl Frame {
    pub(crate) fn of(visit: &Visit) -> Self {
        Self { t: visit.t, role: visit.role, user: visit.user.clone(), here: visit.page().to_owned() }
    }

    /// Whether the user is at least an operator.
    pub(crate) fn operates(&self) -> bool {
        self.role.is_some_and(|role| role >= Role::Operator)
    }

    /// Whether the user is an admin.
    pub(crate) fn administers(&self) -> bool {
        self.role.is_some_and(|role| role >= Role::Admin)
    }

    pub(crate) fn role_name(&self) -> String {
        let id = match self.role {
            Some(Role::Viewer) => "role-viewer",
            Some(Role::Operator) => "role-operator",
            Some(Role::Admin) => "role-admin",
            None => "role-none",
        };
        self.t.text(id).into_owned()
    }

    pub(crate) fn languages(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        let current = self.t.language();
        Language::ALL.iter().map(move |&language| (language.code(), own_name(language), language == current))
    }

    #[expect(clippy::unused_self, reason = "templates find it where they find the rest")]
    pub(crate) fn asset(&self, name: &str) -> &'static str {
        assets::href(name)
    }
}
