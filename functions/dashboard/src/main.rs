//! The Lambda binary of the dashboard.

use dashboard::{Dashboard, SignIn, SignInSettings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::telemetry();
    let sign_in = sign_in()?;
    let (parts, ()) = tokio::join!(runtime::parts(), sign_in.prepare());
    let runtime::Parts { app, things } = parts?;
    runtime::run(dashboard::router(Dashboard { app, things, random: runtime::random(), sign_in })).await
}

fn sign_in() -> Result<SignIn, runtime::Error> {
    let settings = runtime::PageSettings::from_env()?;
    let settings = SignInSettings {
        pages: settings.sign_in_url,
        issuer: settings.issuer,
        keys: settings.sign_in_keys_url,
        client: settings.web_client_id,
        dashboard: settings.dashboard_url,
    };
    Ok(SignIn::new(settings, runtime::connector()?))
}
