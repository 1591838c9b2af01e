//! Corrections, refusals and what is told of the past.

use super::super::item::Item;
use super::super::token::Token;
use super::Reader;
use super::words::{month, weekday};

impl<'t> Reader<'t> {
    /// "No, …", "I mean …": what follows replaces what was said.
    pub(super) fn corrects(&mut self) -> bool {
        const PHRASES: &[&[&str]] = &[
            &["or", "rather"],
            &["oh", "no"],
            &["i", "mean"],
            &["i", "meant"],
            &["make", "that"],
            &["make", "it"],
            &["hang", "on"],
            &["hold", "on"],
            &["change", "that", "to"],
            &["let's", "make", "it"],
            &["let's", "make", "that"],
            &["let", "me", "correct", "that"],
            &["my", "mistake"],
            &["on", "second", "thought"],
            &["on", "second", "thoughts"],
            &["excuse", "me"],
            &["wait"],
            &["sorry"],
            &["actually"],
            &["correction"],
            &["instead"],
            &["oops"],
            &["whoops"],
        ];
        const TAKEN_BACK: &[&[&str]] = &[
            &["scratch", "that"],
            &["strike", "that"],
            &["forget", "that"],
            &["forget", "it"],
            &["never", "mind"],
            &["nevermind"],
            &["cancel", "that"],
        ];
        if let Some(phrase) = TAKEN_BACK.iter().find(|phrase| self.says(phrase)) {
            self.push(Item::Withdraw, phrase.len());
            self.items.push(Item::Correct);
            return true;
        }
        if self.word(0) == "instead" && self.word(1) == "of" {
            return false;
        }
        if let Some(phrase) = PHRASES.iter().find(|phrase| self.says(phrase)) {
            self.push(Item::Correct, phrase.len());
            return true;
        }
        if !["no", "nope", "nah"].contains(&self.word(0)) {
            return false;
        }
        let begins = self.at == 0 || matches!(self.tokens.get(self.at - 1), Some(Token::Stop(_)));
        let leads = match self.tokens.get(self.at + 1) {
            None | Some(Token::Stop(_) | Token::Number { .. } | Token::Time { .. } | Token::Ordinal(_)) => true,
            Some(Token::Word(next)) => {
                [
                    "wait", "sorry", "make", "i", "actually", "it's", "let's", "the", "on", "at", "in", "not",
                    "tomorrow", "today", "a",
                ]
                .contains(&next.as_str())
                    || weekday(next).is_some()
                    || month(next).is_some()
            }
            _ => false,
        };
        if ["later", "earlier", "sooner", "more"].contains(&self.word(1)) {
            // "No later than three."
            self.push(Item::Open, 2);
        } else if ["problem", "problems", "worries", "rush", "pressure", "doubt"].contains(&self.word(1)) {
            self.at += 2;
        } else if leads {
            let ends =
                self.tokens.get(self.at + 1..).unwrap_or_default().iter().all(|token| matches!(token, Token::Stop(_)));
            let first = begins && self.items.is_empty();
            if ends && !first {
                self.items.push(Item::Withdraw);
            }
            self.push(Item::Correct, 1);
        } else {
            self.push(Item::Deny, 1);
        }
        true
    }

    /// "I can't …": nothing in the clause is meant.
    pub(super) fn denies(&mut self, word: &str) -> bool {
        let polite = ["mind", "worry", "we"].contains(&self.word(1)) || self.before() == "why" || self.before() == "if";
        let denies = word.ends_with("n't")
            || [
                "cannot",
                "cant",
                "dont",
                "doesnt",
                "wont",
                "isnt",
                "never",
                "unable",
                "unavailable",
                "busy",
                "nor",
                "nobody",
            ]
            .contains(&word);
        if !denies {
            return false;
        }
        if polite {
            self.at += 1;
            return true;
        }
        self.push(Item::Deny, 1);
        // "can't make it" corrects nothing.
        while ["make", "it", "do", "come", "be", "actually", "there", "that"].contains(&self.word(0)) {
            self.at += 1;
        }
        true
    }

    /// What is said beside a time and says nothing of it.
    pub(super) fn courtesy(&mut self) -> bool {
        const PHRASES: &[&[&str]] = &[
            &["good", "morning"],
            &["good", "afternoon"],
            &["good", "evening"],
            &["good", "night"],
            &["have", "a"],
            &["or", "so"],
            &["or", "something"],
            &["or", "whatever"],
            &["or", "thereabouts"],
            &["first", "of", "all"],
            &["by", "the", "way"],
            &["the", "other", "day"],
            &["half", "price"],
            &["at", "all"],
            &["why", "not"],
            &["a", "new"],
            &["on", "the", "dot"],
            &["do", "you", "have", "any"],
            &["is", "there", "any"],
            &["if", "any"],
        ];
        let Some(phrase) = PHRASES.iter().find(|phrase| self.says(phrase)) else { return false };
        self.at += phrase.len();
        true
    }

    /// "Not", "except": the next thing is not meant.
    pub(super) fn excepts(&mut self) -> bool {
        const PHRASES: &[&[&str]] = &[
            &["anything", "but"],
            &["any", "day", "but"],
            &["instead", "of"],
            &["rather", "than"],
            &["other", "than"],
            &["apart", "from"],
            &["except", "for"],
            &["except"],
            &["excluding"],
            &["besides"],
        ];
        if let Some(phrase) = PHRASES.iter().find(|phrase| self.says(phrase)) {
            self.push(Item::Not, phrase.len());
            return true;
        }
        if self.word(0) != "not" {
            return false;
        }
        if ["sure", "certain", "necessarily"].contains(&self.word(1)) || self.before() == "if" || self.before() == "or"
        {
            self.push(Item::Open, 1);
        } else {
            self.push(Item::Not, 1);
            while ["on", "at", "the", "for", "really"].contains(&self.word(0)) {
                self.at += 1;
            }
        }
        true
    }

    /// "I called at two", "my last visit was on Friday", "four o'clock London time": not when somebody wishes to come.
    pub(super) fn narrates(&self, word: &str) -> bool {
        const PAST: &[&str] = &[
            "was", "were", "called", "came", "went", "missed", "saw", "rang", "phoned", "visited", "showed", "arrived",
            "left", "turned", "woke", "had", "spoke", "talked", "waited", "been",
        ];
        let near = |words: &[&str]| words.contains(&self.word(1)) || words.contains(&self.word(2));
        let past = PAST.contains(&word)
            && (near(&["at", "on", "in", "last", "there", "here", "up"])
                && !near(&["hoping", "wondering", "thinking", "looking"]));
        let asked = word == "had" && ["you", "if"].contains(&self.before());
        let elsewhere = word == "time"
            && self.at > 1
            && !self.before().is_empty()
            && self.peek(self.at - 2) != "what"
            && matches!(self.items.last(), Some(Item::Clock(_)))
            && !["that", "this", "the", "good", "a", "my", "best", "what", "any", "some"].contains(&self.before());
        past && !asked || elsewhere
    }
}
