# Short names for the developer commands; `cargo xtask --help` lists them all.

# Lists the recipes.
default:
    @just --list

# Builds the app, starts it on this computer's own studio, and uploads videos.
demo *videos:
    cargo xtask demo {{videos}}

# Runs the app with hot reload of its page.
dev *arguments:
    cargo xtask dev {{arguments}}

# Runs every check and test; `just test --fast` leaves out what needs a window.
test *options:
    cargo xtask test {{options}}

# Runs what CI runs: everything, or one of lint, unit, e2e, packages, bench.
ci *job:
    cargo xtask ci {{job}}

# Formats everything.
format:
    cargo fmt --all
    npm --prefix ui run format

# Checks dependencies, module cycles and limits of size.
check-architecture *options:
    cargo xtask check-architecture {{options}}

# Writes the TypeScript declarations of the types that cross to the window.
bindings:
    cargo xtask bindings

# Runs benchmarks: all, or one of fleet, core, window, studio, soak, page.
bench *which:
    cargo xtask bench {{which}}

# Makes and checks the packages of this system.
bundle *options:
    cargo xtask bundle {{options}}

# Looks for known vulnerabilities, and fuzzes each target for ten minutes.
nightly *options:
    cargo xtask nightly {{options}}
