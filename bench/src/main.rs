//! The parts of every measurement of the core: see the library.

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tallylight_bench::main().await
}
