//! A function's routes, listed once: for its router, and for the OpenAPI document.

use axum::Router;
use axum::handler::Handler;
use axum::routing::on;
use utoipa_axum::PathItemExt as _;

/// Defines two functions from a list of handlers: `routes`, the router over this state, and `openapi`, the description
/// of the same routes. The handlers' `#[utoipa::path]` gives the paths and methods of both.
///
/// A router of `utoipa-axum` builds the description with it, at every cold start and only to drop it: 30 % of the
/// instructions of `contracts`' init.
#[macro_export]
macro_rules! routes {
    ($state:ty: $($($part:ident)::+),+ $(,)?) => {
        fn routes() -> ::axum::Router<$state> {
            let router = ::axum::Router::new();
            $(let router = $crate::routing::add::<$crate::documented!([] $($part)::+), _, _, _>(router, &$($part)::+);)+
            router
        }

        /// The OpenAPI description of the routes.
        #[must_use]
        pub fn openapi() -> ::utoipa::openapi::OpenApi {
            $crate::routing::utoipa_axum::router::OpenApiRouter::<$state>::new()
                $(.routes($crate::routing::utoipa_axum::routes!($($part)::+)))+
                .into_openapi()
        }
    };
}

/// The type that `#[utoipa::path]` makes beside a handler.
#[doc(hidden)]
#[macro_export]
macro_rules! documented {
    ([$($module:tt)*] $handler:ident) => { $crate::routing::paste! { $($module)* [<__path_ $handler>] } };
    ([$($module:tt)*] $first:ident :: $($rest:tt)+) => { $crate::documented!([$($module)* $first ::] $($rest)+) };
}

#[doc(hidden)]
pub use pastey::paste;
#[doc(hidden)]
pub use utoipa_axum;

/// Adds a handler under its documented path and methods.
#[doc(hidden)]
pub fn add<P, H, T, S>(router: Router<S>, handler: &H) -> Router<S>
where
    P: utoipa::Path,
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    P::methods()
        .iter()
        .fold(router, |router, method| router.route(&P::path(), on(method.to_method_filter(), handler.clone())))
}
