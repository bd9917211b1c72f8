//! A job and the only ways its state may change.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Start,
    Succeed,
    Fail,
    Retry,
    Cancel,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Job {
    pub id: u64,
    pub task: String,
    pub state: State,
    pub attempts: u32,
}

impl State {
    /// The state after `event`, or nothing where the event makes no sense.
    pub fn after(self, event: Event) -> Option<State> {
        match (self, event) {
            (State::Queued, Event::Start) => Some(State::Running),
            (State::Running, Event::Succeed) => Some(State::Succeeded),
            (State::Running, Event::Fail) => Some(State::Failed),
            (State::Failed, Event::Retry) => Some(State::Queued),
            (State::Queued | State::Running, Event::Cancel) => Some(State::Cancelled),
            _ => None,
        }
    }
}

impl Job {
    pub fn new(id: u64, task: String) -> Self {
        Self { id, task, state: State::Queued, attempts: 0 }
    }

    /// Applies `event`; a job that cannot take it stays as it is.
    pub fn apply(&mut self, event: Event) -> Result<(), String> {
        let next = self.state.after(event);
        self.state = next.ok_or_else(|| format!("job {} is {:?} and cannot {event:?}", self.id, self.state))?;
        self.attempts += u32::from(event == Event::Start);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_job_can_be_tried_again() {
        let mut job = Job::new(1, "echo".into());
        for event in [Event::Start, Event::Fail, Event::Retry, Event::Start, Event::Succeed] {
            job.apply(event).unwrap();
        }
        assert_eq!((job.state, job.attempts), (State::Succeeded, 2));
    }

    #[test]
    fn a_finished_job_takes_no_event() {
        for event in [Event::Start, Event::Succeed, Event::Fail, Event::Retry, Event::Cancel] {
            assert_eq!(State::Succeeded.after(event), None);
        }
    }

    #[test]
    fn a_refused_event_changes_nothing() {
        let mut job = Job::new(7, "echo".into());
        assert_eq!(job.apply(Event::Succeed).unwrap_err(), "job 7 is Queued and cannot Succeed");
        assert_eq!(job, Job::new(7, "echo".into()));
    }
}
