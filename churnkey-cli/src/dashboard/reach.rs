//! The reachability of the provider.

use std::sync::{Mutex, PoisonError};

use churnkey_runtime::Timestamp;
use churnkey_verify::internal::TransportError;

/// The provider cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Down {
    pub(super) why: String,
    /// The time of the first request without an answer.
    pub(super) since: Timestamp,
}

/// The result of the last request to the provider.
#[derive(Default)]
pub(super) struct Reach(Mutex<Option<Down>>);

impl Reach {
    /// The provider, if the last request did not reach it.
    pub(super) fn down(&self) -> Option<Down> {
        let down = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        down.clone()
    }

    /// Notes the result of a request. A response that cannot be used is a response too.
    pub(super) fn note<T>(&self, result: &Result<T, TransportError>) {
        let why = match result {
            Err(TransportError::Unreachable(why)) => Some(why.clone()),
            _ => None,
        };
        self.set(why);
    }

    /// Notes the reason why there is no response; `None` for a response.
    pub(super) fn set(&self, why: Option<String>) {
        let mut down = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *down = why.map(|why| Down {
            since: down.as_ref().map_or_else(Timestamp::now, |down| down.since),
            why,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_failed_connection_is_down() {
        let reach = Reach::default();
        let unreachable = || Err::<(), _>(TransportError::Unreachable("refused".to_owned()));
        for result in [
            Ok(()),
            Err(TransportError::Broken),
            Err(TransportError::Stopped),
        ] {
            reach.note(&unreachable());
            assert_eq!(
                reach.down().map(|down| down.why),
                Some("refused".to_owned())
            );
            reach.note(&result);
            assert_eq!(reach.down(), None, "{result:?}");
        }
    }

    #[test]
    fn time_of_the_first_failure_is_kept() {
        let reach = Reach::default();
        reach.set(Some("refused".to_owned()));
        let since = reach.down().map(|down| down.since);
        std::thread::sleep(std::time::Duration::from_millis(3));
        reach.set(Some("reset".to_owned()));
        assert_eq!(reach.down().map(|down| down.since), since);
    }
}
