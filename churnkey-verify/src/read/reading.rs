//! State of a run of the controllers.

use super::lookups::Lookups;
use crate::manifest::DeclaredManifest;
use crate::session::Session;
use crate::settings::Settings;

/// Number of items of a list that are checked one by one.
pub(super) const MAX_SAMPLES: usize = 100;
/// State of a run of the controllers.
pub(crate) struct Reading<'s> {
    pub(crate) session: &'s Session,
    pub(crate) manifest: &'s DeclaredManifest,
    pub(crate) settings: &'s Settings,
    pub(super) lookups: Lookups,
}

impl<'s> Reading<'s> {
    pub(crate) fn new(
        session: &'s Session,
        manifest: &'s DeclaredManifest,
        settings: &'s Settings,
    ) -> Self {
        Self {
            session,
            manifest,
            settings,
            lookups: Lookups::default(),
        }
    }

    pub(super) fn max_samples(&self) -> usize {
        let sample = self.settings.sample.unwrap_or(u64::MAX);
        MAX_SAMPLES.min(usize::try_from(sample).unwrap_or(usize::MAX))
    }
}
