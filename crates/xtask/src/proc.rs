//! Child processes: steps that run to their end, and services that run until stopped.
//!
//! Every child gets its own process group and no terminal input. Ctrl-C therefore reaches
//! only us, and we stop the children in the order that loses nothing.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

static STOP: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// The user asked us to stop. Not a failure: nothing is printed for it.
#[derive(Debug)]
pub struct Stopped;

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("stopped")
    }
}

impl std::error::Error for Stopped {}

/// From now on SIGINT, SIGTERM and SIGHUP raise a flag instead of ending the process.
pub fn listen_for_signals() -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&STOP))?;
    }
    Ok(())
}

pub fn stop_requested() -> bool {
    STOP.load(Ordering::Relaxed)
}

/// An error when the user has asked us to stop.
pub fn stop_check() -> Result<()> {
    if stop_requested() {
        return Err(Stopped.into());
    }
    Ok(())
}

/// Sleeps, but wakes up when the user asks us to stop.
pub fn pause(time: Duration) -> Result<()> {
    let end = Instant::now() + time;
    loop {
        stop_check()?;
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        thread::sleep(left.min(Duration::from_millis(50)));
    }
}

/// Says what happens and what it is for.
pub fn say(text: &str) {
    if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        println!("\x1b[1;36m==>\x1b[0m {text}");
    } else {
        println!("==> {text}");
    }
}

/// Runs a command to its end; its own output is the progress display.
pub fn step(title: &str, command: &mut Command) -> Result<()> {
    say(title);
    let start = Instant::now();
    let status = finish(command)?;
    if !status.success() {
        bail!("{title}: `{}` failed ({status})", line(command));
    }
    told(start);
    Ok(())
}

/// Runs a command to its end; its output goes to a log, which is shown on failure.
pub fn quiet_step(title: &str, command: &mut Command, log: &Path) -> Result<()> {
    say(title);
    let start = Instant::now();
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    command.stdout(file.try_clone()?).stderr(file);
    let status = finish(command)?;
    if !status.success() {
        let text = fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        for text in lines.iter().skip(lines.len().saturating_sub(60)) {
            eprintln!("    {text}");
        }
        bail!(
            "{title}: `{}` failed ({status}); all of its output: {}",
            line(command),
            log.display()
        );
    }
    told(start);
    Ok(())
}

/// Runs a command to its end, shows what it prints on its standard output, and lets `see` have
/// each line. Its exit status is the caller's to judge.
pub fn watched_step(
    title: &str,
    command: &mut Command,
    mut see: impl FnMut(&str) + Send,
) -> Result<ExitStatus> {
    say(title);
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start `{}`", line(command)))?;
    let stdout = child.stdout.take();
    let status = thread::scope(|scope| {
        scope.spawn(move || {
            let Some(stdout) = stdout else { return };
            for bytes in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
                let text = String::from_utf8_lossy(&bytes);
                println!("{text}");
                see(&text);
            }
        });
        wait(&mut child)
    })?;
    told(start);
    Ok(status)
}

/// What a short command prints on its standard output; an error carries its complaints.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{}`", line(command)))?;
    if !output.status.success() {
        bail!(
            "`{}` failed ({})\n{}",
            line(command),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a short command can be started and succeeds. Shows nothing.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as one would type it, without the environment.
pub fn line(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for part in command.get_args() {
        text.push(' ');
        text.push_str(&part.to_string_lossy());
    }
    text
}

fn told(start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    if seconds >= 1.0 {
        println!("    done in {}", duration(seconds));
    }
}

/// `4.2 s` or `3 min 20 s`.
pub fn duration(seconds: f64) -> String {
    if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        format!(
            "{} min {} s",
            (seconds / 60.0) as u64,
            (seconds % 60.0) as u64
        )
    }
}

/// Starts the command and waits for it; stops it when the user asks us to stop.
pub fn finish(command: &mut Command) -> Result<ExitStatus> {
    let mut child = command
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start `{}`", line(command)))?;
    wait(&mut child)
}

fn wait(child: &mut Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if stop_requested() {
            end(child, Signal::TERM, Duration::from_secs(5));
            return Err(Stopped.into());
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Signals the child's process group, waits, and kills what is left.
fn end(child: &mut Child, signal: Signal, grace: Duration) {
    let group = Pid::from_child(child);
    let _ = kill_process_group(group, signal);
    let end = Instant::now() + grace;
    while Instant::now() < end {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    let _ = kill_process_group(group, Signal::KILL);
    let _ = child.wait();
}

/// A child that runs beside us. Dropping it stops it.
pub struct Service {
    name: &'static str,
    child: Child,
    signal: Signal,
    grace: Duration,
    readers: Vec<JoinHandle<()>>,
}

impl Service {
    /// Starts the command; each line it prints is shown behind its name.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut service = Self::spawn(name, command)?;
        if let Some(out) = service.child.stdout.take() {
            service.readers.push(prefix(name, out));
        }
        if let Some(err) = service.child.stderr.take() {
            service.readers.push(prefix(name, err));
        }
        Ok(service)
    }

    /// Starts the command; what it prints is appended to a file.
    pub fn start_logged(name: &'static str, command: &mut Command, log: &Path) -> Result<Self> {
        let file = File::options()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("cannot write {}", log.display()))?;
        command.stdout(file.try_clone()?).stderr(file);
        Self::spawn(name, command)
    }

    fn spawn(name: &'static str, command: &mut Command) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}: `{}`", line(command)))?;
        Ok(Self {
            name,
            child,
            signal: Signal::TERM,
            grace: Duration::from_secs(20),
            readers: Vec::new(),
        })
    }

    /// The signal that means "finish in good order" to this program, if not SIGTERM.
    pub fn stopped_by(mut self, signal: Signal) -> Self {
        self.signal = signal;
        self
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    pub fn stop(&mut self) {
        if self.ended().is_none() {
            end(&mut self.child, self.signal, self.grace);
        }
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}

fn prefix(name: &'static str, stream: impl Read + Send + 'static) -> JoinHandle<()> {
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    thread::spawn(move || {
        for bytes in BufReader::new(stream).split(b'\n') {
            let Ok(bytes) = bytes else { return };
            let text = String::from_utf8_lossy(&bytes);
            if colour {
                println!("\x1b[2m{name:>8} |\x1b[0m {text}");
            } else {
                println!("{name:>8} | {text}");
            }
        }
    })
}
