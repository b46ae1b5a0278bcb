//! The tags of a page.

use std::cell::RefCell;

use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
    states::RawKind,
};

/// An opening tag.
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// All opening tags of a page, in order.
pub(super) fn elements(page: &str) -> Vec<Element> {
    let input = BufferQueue::default();
    input.push_back(page.into());
    let tokenizer = Tokenizer::new(Elements::default(), TokenizerOpts::default());
    // No script is ever handed back, so one feed takes the whole page.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.take()
}

#[derive(Default)]
struct Elements(RefCell<Vec<Element>>);

impl TokenSink for Elements {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else {
            return TokenSinkResult::Continue;
        };
        if tag.kind == TagKind::EndTag {
            return TokenSinkResult::Continue;
        }
        self.0.borrow_mut().push(element(&tag));
        match &*tag.name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" => TokenSinkResult::RawData(RawKind::Rawtext),
            _ => TokenSinkResult::Continue,
        }
    }
}

fn element(tag: &Tag) -> Element {
    let attributes = tag.attrs.iter();
    let attributes = attributes.map(|one| (one.name.local.to_string(), one.value.to_string()));
    Element {
        name: tag.name.to_string(),
        attributes: attributes.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::elements;

    #[test]
    fn scripts_and_comments_hold_no_tags() {
        let page = "<p id=a><script>'<b>'</script><!-- <i> --><a href='x&amp;y'>";
        let names: Vec<_> = elements(page)
            .into_iter()
            .map(|element| element.name)
            .collect();
        assert_eq!(names, ["p", "script", "a"]);
        let last = elements(page).pop().unwrap();
        assert_eq!(last.attribute("href"), Some("x&y"));
    }
}
