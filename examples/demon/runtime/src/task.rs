//! The tasks that the runtime can run.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{json, Value};

#[derive(Clone, Copy, Serialize)]
pub struct Task {
    pub name: &'static str,
    pub about: &'static str,
    #[serde(skip)]
    run: fn(&Value) -> Result<Value, String>,
}

/// Every task, sorted by name.
pub const TASKS: [Task; 3] = [
    Task { name: "echo", about: "answers with its input", run: |input| Ok(input.clone()) },
    Task { name: "sum", about: "adds an array of numbers", run: sum },
    Task { name: "word-count", about: "counts the words of a text", run: word_count },
];

impl Task {
    pub fn named(name: &str) -> Option<Task> {
        TASKS.into_iter().find(|task| task.name == name)
    }

    /// The result for `input`, or what is wrong with the input.
    pub fn run(&self, input: &Value) -> Result<Value, String> {
        (self.run)(input)
    }
}

fn sum(input: &Value) -> Result<Value, String> {
    let numbers = input.as_array().ok_or("sum takes an array of numbers")?;
    let total = numbers.iter().map(Value::as_i64).try_fold(0_i64, |total, number| total.checked_add(number?));
    total.map(Value::from).ok_or_else(|| "sum takes whole numbers whose sum fits into 64 bits".into())
}

fn word_count(input: &Value) -> Result<Value, String> {
    let text = input.as_str().ok_or("word-count takes a text")?;
    let mut counts = BTreeMap::<String, u64>::new();
    for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *counts.entry(word.to_lowercase()).or_default() += 1;
    }
    Ok(json!({ "words": counts.values().sum::<u64>(), "counts": counts }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_without_regard_to_case() {
        let result = Task::named("word-count").unwrap().run(&json!("Job, job: done")).unwrap();
        assert_eq!(result, json!({ "words": 3, "counts": { "done": 1, "job": 2 } }));
    }

    #[test]
    fn a_sum_that_does_not_fit_is_refused() {
        assert!(Task::named("sum").unwrap().run(&json!([i64::MAX, 1])).is_err());
        assert_eq!(Task::named("sum").unwrap().run(&json!([2, -5])), Ok(json!(-3)));
    }

    #[test]
    fn an_unknown_task_has_no_name() {
        assert!(Task::named("format-disk").is_none());
    }
}
