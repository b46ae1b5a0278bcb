//! Pages as they come out.

use std::{
    collections::{BTreeMap, HashSet},
    fs, io,
    path::{Component, Path, PathBuf},
};

use super::{
    html::{Element, elements},
    sources::{Chapter, Chapters},
};
use crate::Problem;

/// Pages that mdBook puts together from others.
const OF_MDBOOK: [&str; 3] = ["print.html", "404.html", "toc.html"];

/// Dead links and fragments, ids that stand twice, images without a text, outside requests.
pub(super) fn check(output: &Path, chapters: &Chapters) -> io::Result<Vec<Problem>> {
    let pages = read(output)?;
    let mut problems = Vec::new();
    for (name, elements) in &pages {
        if OF_MDBOOK.iter().any(|other| Path::new(other) == name) {
            continue;
        }
        let page = Page {
            name,
            elements,
            source: chapters.of_page(name),
            output,
            pages: &pages,
        };
        problems.extend(page.double_ids());
        problems.extend(
            elements
                .iter()
                .filter_map(|element| page.dead_link(element)),
        );
        problems.extend(
            elements
                .iter()
                .filter_map(|element| page.silent_image(element)),
        );
        problems.extend(
            elements
                .iter()
                .filter_map(|element| page.outside_request(element)),
        );
    }
    Ok(problems)
}

type Pages = BTreeMap<PathBuf, Vec<Element>>;

fn read(output: &Path) -> io::Result<Pages> {
    let mut pages = Pages::new();
    let mut open = vec![output.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "html")
            {
                let name = path.strip_prefix(output).unwrap_or(&path).to_owned();
                pages.insert(name, elements(&fs::read_to_string(&path)?));
            }
        }
    }
    Ok(pages)
}

struct Page<'a> {
    name: &'a Path,
    elements: &'a [Element],
    source: Option<&'a Chapter>,
    output: &'a Path,
    pages: &'a Pages,
}

impl Page<'_> {
    fn double_ids(&self) -> Vec<Problem> {
        let mut seen = HashSet::new();
        let ids = self
            .elements
            .iter()
            .filter_map(|element| element.attribute("id"));
        let double = ids.filter(|id| !seen.insert(*id));
        let repair = "give one of the two another heading or id";
        double
            .map(|id| self.problem(id, format!("the id `{id}` stands twice"), repair))
            .collect()
    }

    fn dead_link(&self, element: &Element) -> Option<Problem> {
        let link = element
            .attribute("href")
            .or_else(|| element.attribute("src"))?;
        if link.is_empty()
            || is_outside(link)
            || link.starts_with("data:")
            || link.starts_with("mailto:")
        {
            return None;
        }
        let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
        let path = path.split('?').next().unwrap_or_default();
        let target = self.resolve(path);
        if !self.output.join(&target).is_file() {
            let what = format!("the link `{link}` leads nowhere");
            return Some(self.problem(link, what, "link to a page of the book"));
        }
        let elements = self.pages.get(&target)?;
        let found = fragment.is_empty()
            || elements
                .iter()
                .any(|element| element.attribute("id") == Some(fragment));
        (!found).then(|| {
            let what = format!("`{link}` names no heading of {}", target.display());
            self.problem(link, what, "use the id of a heading there")
        })
    }

    /// Where a relative path leads, below the output folder.
    fn resolve(&self, path: &str) -> PathBuf {
        if path.is_empty() {
            return self.name.to_owned();
        }
        let mut target = match path.strip_prefix('/') {
            Some(_) => PathBuf::new(),
            None => self.name.parent().unwrap_or(Path::new("")).to_owned(),
        };
        for part in Path::new(path).components() {
            match part {
                Component::ParentDir => drop(target.pop()),
                Component::Normal(part) => target.push(part),
                _ => {}
            }
        }
        if path.ends_with('/') || target.as_os_str().is_empty() {
            target.push("index.html");
        }
        target
    }

    fn silent_image(&self, element: &Element) -> Option<Problem> {
        let alt = element.attribute("alt").unwrap_or_default();
        (element.name == "img" && alt.trim().is_empty()).then(|| {
            let source = element.attribute("src").unwrap_or_default();
            let what = format!("the image `{source}` has no text");
            self.problem(source, what, "say in its `alt` what it shows")
        })
    }

    fn outside_request(&self, element: &Element) -> Option<Problem> {
        let address = match element.name.as_str() {
            "link" => element.attribute("href"),
            "a" | "area" => None,
            _ => element
                .attribute("src")
                .or_else(|| element.attribute("data")),
        }?;
        is_outside(address).then(|| {
            let what = format!("the page asks another host for `{address}`");
            self.problem(
                address,
                what,
                "copy it into the book, or make it a plain link",
            )
        })
    }

    /// A problem at the line of the chapter that holds `text`, as far as it can be found.
    fn problem(&self, text: &str, what: String, repair: &str) -> Problem {
        let Some(source) = self.source else {
            return Problem::new(Path::new("book").join(self.name), 0, what, repair);
        };
        let written = text.replace(".html", ".md");
        let fragment = text.rsplit('#').next().unwrap_or(text);
        let wanted = [text, &written, fragment];
        let line_with = |text: &&str| source.text.lines().position(|line| line.contains(text));
        let line = wanted
            .iter()
            .filter(|text| !text.is_empty())
            .find_map(line_with);
        Problem::new(&source.file, line.map_or(0, |at| at + 1), what, repair)
    }
}

fn is_outside(address: &str) -> bool {
    ["http://", "https://", "//"]
        .iter()
        .any(|start| address.starts_with(start))
}
