//! A PostgreSQL of the tests' own: made in a temporary folder, gone when the tests end.

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

/// A server that runs.
pub(crate) struct Cluster {
    pub(crate) url: String,
    bin: Option<PathBuf>,
    folder: Option<PathBuf>,
    port: u16,
    /// Whoever holds the other end stops the server when this one closes, which it does when the tests end.
    _keeper: Option<(Child, ChildStdin)>,
}

/// The one that the tests share; `None`, said once, where there is no PostgreSQL.
pub(crate) fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = SHARED.get_or_init(|| match std::env::var("DATABASE_URL") {
        Ok(url) if url.starts_with("postgres") => {
            Some(Cluster { url, bin: None, folder: None, port: 0, _keeper: None })
        }
        _ => Cluster::start(),
    });
    if cluster.is_none() {
        println!("skipped: there is no PostgreSQL here (neither DATABASE_URL nor initdb)");
    }
    cluster.as_ref()
}

fn binaries() -> Option<PathBuf> {
    let said = Command::new("pg_config").arg("--bindir").output().ok();
    let said = said.and_then(|output| String::from_utf8(output.stdout).ok()).map(|path| PathBuf::from(path.trim()));
    let mut places: Vec<PathBuf> = said.into_iter().collect();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
    versions.sort();
    places.extend(versions.into_iter().rev());
    places.into_iter().find(|place| place.join("initdb").exists() && place.join("pg_ctl").exists())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// PostgreSQL refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn run(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
    command.status().is_ok_and(|status| status.success())
}

impl Cluster {
    /// Makes a server; `None` when there is none to make.
    pub(crate) fn start() -> Option<Self> {
        let bin = binaries()?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?.local_addr().ok()?.port();
        let folder = std::env::temp_dir().join(format!("frontdesk-postgres-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).ok()?;
        if is_root() && !run(Command::new("chown").arg("postgres").arg(&folder)) {
            return None;
        }
        let data = folder.join("data");
        let made = run(as_postgres(&bin.join("initdb"))
            .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "-D"])
            .arg(&data));
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let mut cluster = Self { url, bin: Some(bin), folder: Some(folder), port, _keeper: None };
        if !made || !cluster.up() {
            return None;
        }
        cluster._keeper = cluster.keeper();
        Some(cluster)
    }

    fn pg_ctl(&self) -> Option<Command> {
        let (bin, folder) = (self.bin.as_ref()?, self.folder.as_ref()?);
        let mut command = as_postgres(&bin.join("pg_ctl"));
        command.arg("-D").arg(folder.join("data"));
        Some(command)
    }

    /// Starts it, or starts it again.
    pub(crate) fn up(&self) -> bool {
        let (Some(mut command), Some(folder)) = (self.pg_ctl(), self.folder.as_ref()) else { return false };
        let options = format!(
            "-c listen_addresses=127.0.0.1 -p {} -k {} -c max_connections=200 -c deadlock_timeout=200ms",
            self.port,
            folder.display()
        );
        run(command.args(["-o", &options, "-l"]).arg(folder.join("log")).args(["-w", "start"]))
    }

    /// Stops it as a power cut would.
    pub(crate) fn crash(&self) -> bool {
        self.pg_ctl().is_some_and(|mut command| run(command.args(["-m", "immediate", "-w", "stop"])))
    }

    fn keeper(&self) -> Option<(Child, ChildStdin)> {
        let stop = self.pg_ctl()?;
        let words: Vec<_> = std::iter::once(stop.get_program()).chain(stop.get_args()).collect();
        let words: Vec<_> = words.iter().map(|word| format!("'{}'", word.to_string_lossy())).collect();
        let folder = self.folder.as_ref()?.display();
        let script = format!("cat >/dev/null; cd /; {} -m immediate stop; rm -rf '{folder}'", words.join(" "));
        let mut command = Command::new("sh");
        command.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().ok()?;
        let mut pipe = child.stdin.take()?;
        pipe.write_all(b"\n").ok()?;
        Some((child, pipe))
    }

    /// Connections for one test.
    pub(crate) async fn pool(&self, connections: u32) -> PgPool {
        PgPoolOptions::new().max_connections(connections).connect(&self.url).await.unwrap()
    }
}
