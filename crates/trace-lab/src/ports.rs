//! Who holds a port, so that a message can name it. Nobody is ever ended.

use std::fmt;

/// The process that listens on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its process id.
    pub pid: u32,
    /// The name of its program, as the system shortens it.
    pub name: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} ({})", self.pid, self.name)
    }
}

/// Who listens on the TCP `port` of any local address; none when nobody does, or when the holder
/// belongs to another user, which the system does not tell.
#[must_use]
pub fn holder(port: u16) -> Option<Holder> {
    system::holder(port)
}

#[cfg(target_os = "linux")]
mod system {
    use std::{fs, path::Path};

    use super::Holder;

    pub(super) fn holder(port: u16) -> Option<Holder> {
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| fs::read_to_string(path).ok());
        let sockets: Vec<String> = tables
            .iter()
            .flatten()
            .flat_map(|table| listening(table, port))
            .map(|inode| format!("socket:[{inode}]"))
            .collect();
        if sockets.is_empty() {
            return None;
        }
        let processes = fs::read_dir("/proc").ok()?.flatten();
        processes
            .map(|entry| entry.path())
            .find_map(|process| owner(&process, &sockets))
    }

    /// The inodes of sockets in state 0A (listening) on `port` (proc(5), /proc/net/tcp).
    pub(super) fn listening(table: &str, port: u16) -> Vec<&str> {
        let inode = |line| {
            let fields: Vec<&str> = str::split_ascii_whitespace(line).collect();
            let (_, local) = fields.get(1)?.rsplit_once(':')?;
            let right = *fields.get(3)? == "0A" && u16::from_str_radix(local, 16) == Ok(port);
            if right { fields.get(9).copied() } else { None }
        };
        table.lines().skip(1).filter_map(inode).collect()
    }

    fn owner(process: &Path, sockets: &[String]) -> Option<Holder> {
        let pid = process.file_name()?.to_str()?.parse().ok()?;
        let mut files = fs::read_dir(process.join("fd")).ok()?.flatten();
        files.find(|file| {
            fs::read_link(file.path())
                .is_ok_and(|target| sockets.iter().any(|socket| target.as_os_str() == &**socket))
        })?;
        let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
        let name = name.trim_end().to_owned();
        Some(Holder { pid, name })
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::process::{Command, Stdio};

    use super::Holder;

    pub(super) fn holder(port: u16) -> Option<Holder> {
        let output = Command::new("lsof")
            .args(["-nP", &format!("-iTCP:{port}"), "-sTCP:LISTEN", "-Fpc"])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let field = |tag| text.lines().find_map(|line| line.strip_prefix(tag));
        let (pid, name) = (field('p')?.parse().ok()?, field('c')?.to_owned());
        Some(Holder { pid, name })
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn the_holder_of_a_port_is_this_process() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            // A machine without IPv6 has nothing to hold there.
            let Ok(listener) = TcpListener::bind(address) else {
                continue;
            };
            let port = listener.local_addr().unwrap().port();
            let holder = holder(port).unwrap_or_else(|| panic!("nobody holds {port}"));
            assert_eq!(holder.pid, std::process::id());
            assert!(holder.to_string().contains(&holder.name) && !holder.name.is_empty());
        }
    }

    #[test]
    fn a_free_port_has_no_holder() {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        assert_eq!(holder(port), None);
    }
}
