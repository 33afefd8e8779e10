//! What the machine says about itself.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::proc;

/// KiB of memory that a process has in use.
pub fn resident(process: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    text.lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .context("the system does not tell how much memory is in use")
}

/// Processor cores that others use while we wait.
pub fn foreign_cores() -> Result<f64> {
    let busy = || -> Result<(f64, f64)> {
        let text = fs::read_to_string("/proc/stat")?;
        let numbers: Vec<f64> = text
            .lines()
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .skip(1)
            .filter_map(|word| word.parse().ok())
            .collect();
        let all: f64 = numbers.iter().take(8).sum();
        let idle: f64 = numbers.iter().skip(3).take(2).sum();
        Ok((all, all - idle))
    };
    let (all_before, busy_before) = busy()?;
    proc::pause(Duration::from_millis(500))?;
    let (all, used) = busy()?;
    let cores = std::thread::available_parallelism()?.get() as f64;
    Ok((used - busy_before) / (all - all_before).max(1.0) * cores)
}

/// How often a second the disk can be made to keep 8 KiB.
pub fn syncs_per_second(folder: &Path) -> Result<f64> {
    let path = folder.join("sync-probe");
    let mut file = File::create(&path)?;
    let block = [7; 8192];
    let begin = Instant::now();
    let mut count = 0;
    while begin.elapsed() < Duration::from_millis(300) {
        file.write_all(&block)?;
        file.sync_data()?;
        count += 1;
    }
    let result = f64::from(count) / begin.elapsed().as_secs_f64();
    fs::remove_file(&path)?;
    Ok(result)
}
