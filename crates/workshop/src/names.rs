//! From what a learner types to one exercise.

use crate::Problem;

/// An exercise by the names that it goes by.
pub(crate) trait Named {
    /// Two digits.
    fn number(&self) -> &str;
    /// With dashes.
    fn slug(&self) -> &str;
}

/// The one that `typed` means: its number, slug, folder, or a prefix that no other slug has.
///
/// # Errors
/// When there is none, with the nearest name; or more than one, with all of them.
pub(crate) fn pick<'a, N: Named>(all: &'a [N], typed: &str) -> Result<&'a N, Problem> {
    let wanted = typed.trim_matches('/').replace('_', "-").to_lowercase();
    let wanted = wanted.rsplit('/').next().unwrap_or_default();
    if let Some(exact) = all.iter().find(|named| is_called(*named, wanted)) {
        return Ok(exact);
    }
    let begins = |named: &&N| !wanted.is_empty() && named.slug().starts_with(wanted);
    let candidates: Vec<&N> = all.iter().filter(begins).collect();
    match candidates[..] {
        [one] => Ok(one),
        [] => Err(unknown(all, typed, wanted)),
        _ => Err(ambiguous(&candidates, typed)),
    }
}

fn is_called(named: &impl Named, wanted: &str) -> bool {
    let (number, slug) = (named.number(), named.slug());
    let by_number = wanted.parse::<u32>().ok();
    slug == wanted
        || (by_number.is_some() && by_number == number.parse().ok())
        || wanted
            .strip_prefix(number)
            .and_then(|rest| rest.strip_prefix('-'))
            == Some(slug)
}

fn unknown<N: Named>(all: &[N], typed: &str, wanted: &str) -> Problem {
    let what = format!("there is no exercise `{typed}`");
    let list = "`cargo workshop list` shows them all";
    match nearest(all.iter().map(Named::slug), wanted) {
        Some(slug) => Problem::new(what, format!("did you mean `{slug}`? {list}")),
        None => Problem::new(what, list),
    }
}

fn ambiguous<N: Named>(candidates: &[&N], typed: &str) -> Problem {
    let slugs: Vec<&str> = candidates.iter().map(|named| named.slug()).collect();
    let what = format!("`{typed}` begins the names of {}", slugs.join(", "));
    Problem::new(what, "type more of the name, or the number")
}

/// The name most like `wanted`, where one is like it at all.
pub(crate) fn nearest<'a>(names: impl Iterator<Item = &'a str>, wanted: &str) -> Option<&'a str> {
    let likeness = |name: &'a str| (strsim::jaro_winkler(name, wanted), name);
    let best = names.map(likeness).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(score, _)| *score > 0.7).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Name(&'static str, &'static str);

    impl Named for Name {
        fn number(&self) -> &str {
            self.0
        }
        fn slug(&self) -> &str {
            self.1
        }
    }

    const ALL: [Name; 4] = [
        Name("01", "first-waterfall"),
        Name("05", "tasks"),
        Name("06", "task-pools"),
        Name("11", "http-both-ways"),
    ];

    fn slug(typed: &str) -> Result<&'static str, Problem> {
        pick(&ALL, typed).map(|name| name.1)
    }

    #[test]
    fn number_slug_folder_and_prefix_name_an_exercise() {
        for typed in [
            "5",
            "05",
            "tasks",
            "05_tasks",
            "Tasks",
            "exercises/05_tasks/",
        ] {
            assert_eq!(slug(typed), Ok("tasks"), "{typed}");
        }
        assert_eq!(slug("f"), Ok("first-waterfall"));
        assert_eq!(slug("http"), Ok("http-both-ways"));
    }

    #[test]
    fn a_name_of_two_is_none() {
        let problem = slug("tas").unwrap_err();
        assert!(problem.what.contains("tasks, task-pools"), "{problem}");
    }

    #[test]
    fn a_misspelt_name_gets_a_suggestion() {
        let told = |typed| slug(typed).unwrap_err().remedy;
        assert!(told("taks").contains("did you mean `tasks`?"));
        assert!(told("first-watrefall").contains("`first-waterfall`"));
        assert!(!told("zzz").contains("did you mean"));
        assert!(!told("").contains("did you mean"));
    }
}
