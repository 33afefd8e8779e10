pub async fn run(_c: crate::config::Config, _d: bool, _i: Option<u32>) -> anyhow::Result<()> { Ok(()) }
pub async fn create_admin(_a: &crate::app::App, _e: String, _u: Option<String>, _p: String) -> anyhow::Result<domain::user::User> { anyhow::bail!("x") }
pub async fn first_admin(_a: &crate::app::App) -> anyhow::Result<()> { Ok(()) }
pub async fn refuse_demo_in_public(_a: &crate::app::App) -> anyhow::Result<()> { Ok(()) }
