//! What the rules need to know of a Rust file.

use proc_macro2::Span;
use syn::{
    Attribute, Expr, Macro, Token,
    punctuated::Punctuated,
    spanned::Spanned,
    visit::{self, Visit},
};

/// What one Rust file holds.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// Every function, methods included.
    pub(super) functions: Vec<Function>,
    /// Lines of `#[ignore]`.
    pub(super) ignored: Vec<usize>,
    /// Lines where a test sleeps itself, and not between two looks at what it waits for.
    pub(super) test_sleeps: Vec<usize>,
    /// Lines where a test sleeps at all.
    pub(super) any_sleeps: Vec<usize>,
    /// Lines of assertions without a message.
    pub(super) bare_assertions: Vec<usize>,
}

/// A function and how long it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) line: usize,
    /// From the line of its signature to that of its closing brace.
    pub(super) lines: usize,
}

impl Source {
    /// Reads Rust source; `is_test` says whether all of it is a test.
    ///
    /// # Errors
    /// When it is no Rust.
    pub(super) fn parse(text: &str, is_test: bool) -> syn::Result<Self> {
        let file = syn::parse_file(text)?;
        let mut reader = Reader {
            in_test: is_test,
            ..Reader::default()
        };
        reader.visit_file(&file);
        Ok(reader.found)
    }
}

#[derive(Default)]
struct Reader {
    found: Source,
    in_test: bool,
    /// Loops, closures and async blocks around this place.
    loops: usize,
}

impl Reader {
    fn function(&mut self, name: &syn::Ident, from: Span, to: Span) {
        let (start, end) = (from.start().line, to.end().line);
        self.found.functions.push(Function {
            name: name.to_string(),
            line: start,
            lines: end + 1 - start,
        });
    }

    fn within(&mut self, test: bool, look: impl FnOnce(&mut Self)) {
        let before = (self.in_test, self.loops);
        self.in_test |= test;
        self.loops = 0;
        look(self);
        (self.in_test, self.loops) = before;
    }

    fn repeated(&mut self, look: impl FnOnce(&mut Self)) {
        self.loops += 1;
        look(self);
        self.loops -= 1;
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig.ident, item.sig.span(), item.block.span());
        let test = is_marked(&item.attrs, "test");
        self.within(test, |reader| visit::visit_item_fn(reader, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig.ident, item.sig.span(), item.block.span());
        self.within(false, |reader| visit::visit_impl_item_fn(reader, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig.ident, item.sig.span(), block.span());
        }
        self.within(false, |reader| visit::visit_trait_item_fn(reader, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let test = is_for_tests(&item.attrs);
        self.within(test, |reader| visit::visit_item_mod(reader, item));
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("ignore") {
            self.found.ignored.push(attribute.span().start().line);
        }
    }

    fn visit_expr_loop(&mut self, expr: &'ast syn::ExprLoop) {
        self.repeated(|reader| visit::visit_expr_loop(reader, expr));
    }

    fn visit_expr_while(&mut self, expr: &'ast syn::ExprWhile) {
        self.repeated(|reader| visit::visit_expr_while(reader, expr));
    }

    fn visit_expr_for_loop(&mut self, expr: &'ast syn::ExprForLoop) {
        self.repeated(|reader| visit::visit_expr_for_loop(reader, expr));
    }

    // What a closure or an async block does is the subject of a test, not its own waiting.
    fn visit_expr_closure(&mut self, expr: &'ast syn::ExprClosure) {
        self.repeated(|reader| visit::visit_expr_closure(reader, expr));
    }

    fn visit_expr_async(&mut self, expr: &'ast syn::ExprAsync) {
        self.repeated(|reader| visit::visit_expr_async(reader, expr));
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if self.in_test && is_sleep(&call.func) {
            let line = call.span().start().line;
            self.found.any_sleeps.push(line);
            if self.loops == 0 {
                self.found.test_sleeps.push(line);
            }
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_macro(&mut self, invocation: &'ast Macro) {
        if says_nothing(invocation) {
            self.found
                .bare_assertions
                .push(invocation.span().start().line);
        }
        // What expressions a macro holds counts as if it stood alone.
        if let Ok(arguments) = arguments(invocation) {
            for argument in &arguments {
                // The tree is parsed here and dropped here, hence a reader of its own.
                let mut inner = Reader {
                    in_test: self.in_test,
                    loops: self.loops,
                    ..Reader::default()
                };
                inner.visit_expr(argument);
                self.found.test_sleeps.extend(inner.found.test_sleeps);
                self.found.any_sleeps.extend(inner.found.any_sleeps);
            }
        }
    }
}

fn is_marked(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|segment| segment.ident == name)
    })
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let cfg = attribute.path().is_ident("cfg");
        cfg && attribute
            .parse_args::<syn::Path>()
            .is_ok_and(|path| path.is_ident("test"))
    })
}

fn is_sleep(function: &Expr) -> bool {
    let Expr::Path(path) = function else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|segment| segment.ident == "sleep")
}

fn arguments(invocation: &Macro) -> syn::Result<Punctuated<Expr, Token![,]>> {
    invocation.parse_body_with(Punctuated::parse_terminated)
}

/// Whether it is an assertion that would fail without a word.
fn says_nothing(invocation: &Macro) -> bool {
    let name = invocation
        .path
        .segments
        .last()
        .map(|segment| segment.ident.to_string());
    let without_message = match name.as_deref() {
        Some("assert") => 1,
        Some("assert_eq" | "assert_ne") => 2,
        _ => return false,
    };
    arguments(invocation).is_ok_and(|arguments| arguments.len() <= without_message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Source {
        Source::parse(text, false).expect("Rust")
    }

    #[test]
    fn functions_are_measured_from_signature_to_brace() {
        let source =
            parse("/// Doc.\n#[inline]\nfn a() {\n    b();\n}\nstruct S;\nimpl S { fn c() {} }\n");
        let lengths: Vec<_> = source
            .functions
            .iter()
            .map(|function| (function.name.as_str(), function.line, function.lines))
            .collect();
        assert_eq!(lengths, [("a", 3, 3), ("c", 7, 1)]);
    }

    #[test]
    fn a_sleep_counts_in_a_test_and_in_a_loop_it_only_paces() {
        let source = parse(
            "fn f() { sleep(A); }\n#[test]\nfn g() {\n    std::thread::sleep(A);\n    loop { sleep(A); }\n    \
             call(async { sleep(A) });\n}\n",
        );
        assert_eq!(source.test_sleeps, [4]);
        assert_eq!(source.any_sleeps, [4, 5, 6]);
    }

    #[test]
    fn modules_and_macros_of_tests_are_looked_into() {
        let source = parse("#[cfg(test)]\nmod tests {\n    fn h() { check!(sleep(A)); }\n}\n");
        assert_eq!(source.test_sleeps, [3]);
    }

    #[test]
    fn ignored_tests_and_wordless_assertions_are_seen() {
        let source = parse(
            "#[test]\n#[ignore]\nfn g() {\n    assert!(a);\n    assert!(a, \"why\");\n    assert_eq!(a, b);\n    assert_eq!(a, b, \"why\");\n}\n",
        );
        assert_eq!(source.ignored, [2]);
        assert_eq!(source.bare_assertions, [4, 6]);
    }
}
