//! The customers that the user pinned.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::options::CannotStart;

/// The number of customers that can be pinned.
const MAX_PINS: usize = 50;

/// The pinned customers, in a file if there is one.
pub(super) struct Pins {
    file: Option<PathBuf>,
    pinned: Mutex<Pinned>,
}

/// The contents of the file.
#[derive(Default, Deserialize, Serialize)]
struct Pinned {
    customers: Vec<String>,
}

impl Pins {
    /// Reads the file, which does not have to exist.
    pub(super) fn open(file: Option<PathBuf>) -> Result<Self, CannotStart> {
        let pinned = match &file {
            None => Pinned::default(),
            Some(path) => read(path).map_err(|fault| {
                CannotStart::new(format!("cannot read {}: {fault}", path.display()))
            })?,
        };
        Ok(Self {
            file,
            pinned: Mutex::new(pinned),
        })
    }

    pub(super) fn all(&self) -> Vec<String> {
        self.lock().customers.clone()
    }

    /// Pins a customer, or removes the pin.
    pub(super) fn toggle(&self, id: &str) -> Result<(), String> {
        let mut pinned = self.lock();
        let mut customers = pinned.customers.clone();
        match customers.iter().position(|other| other == id) {
            Some(index) => {
                customers.remove(index);
            }
            None if customers.len() == MAX_PINS => {
                return Err(format!("At most {MAX_PINS} customers can be pinned."));
            }
            None => customers.push(id.to_owned()),
        }
        let changed = Pinned { customers };
        if let Some(path) = &self.file {
            write(path, &changed).map_err(|fault| {
                format!("The pins cannot be written to {}: {fault}", path.display())
            })?;
        }
        *pinned = changed;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Pinned> {
        self.pinned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(path: &Path) -> io::Result<Pinned> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(serde_json::from_str(&text)?),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(Pinned::default()),
        Err(fault) => Err(fault),
    }
}

/// Writes the file completely or not at all.
fn write(path: &Path, pinned: &Pinned) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".churnkey-")
        .tempfile_in(folder)?;
    file.write_all(serde_json::to_string_pretty(pinned)?.as_bytes())?;
    file.write_all(b"\n")?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_kept_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = || Some(folder.path().join("pins.json"));
        let pins = Pins::open(file()).unwrap();
        for id in ["ada", "grace", "ada"] {
            pins.toggle(id).unwrap();
        }
        assert_eq!(Pins::open(file()).unwrap().all(), ["grace"]);
    }

    #[test]
    fn number_of_pins_is_limited() {
        let pins = Pins::open(None).unwrap();
        for number in 0..MAX_PINS {
            pins.toggle(&number.to_string()).unwrap();
        }
        assert!(pins.toggle("more").is_err());
        pins.toggle("0").unwrap();
        pins.toggle("more").unwrap();
    }

    #[test]
    fn file_with_other_contents_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "[]").unwrap();
        assert!(Pins::open(Some(file.path().to_owned())).is_err());
    }
}
