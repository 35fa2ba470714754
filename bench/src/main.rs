//! The programs of every measurement of the core; see the library.

/// jemalloc, as in the desktop app (docs/adr/0031-allocator.md).
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tallylight_bench::main().await
}
