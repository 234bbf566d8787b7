//! The policies, page by page. A page token is the last name of the page before.

use super::convert;
use crate::{
    moderation::{Policies, Violation},
    pb,
    refusal::Refusal,
};

/// Names on a page when the caller does not say.
const DEFAULT_PAGE: usize = 100;
/// The most names on a page; a caller who asks for more gets this many.
const MAX_PAGE: usize = 1_000;

/// One page of policies.
///
/// # Errors
/// A negative page size, a token that no page gave.
pub(super) fn policies(
    policies: &Policies,
    request: &pb::ListPoliciesRequest,
) -> Result<pb::ListPoliciesResponse, Refusal> {
    let mut violations = Vec::new();
    let size = match usize::try_from(request.page_size) {
        Ok(0) => DEFAULT_PAGE,
        Ok(size) => size.min(MAX_PAGE),
        Err(_) => {
            violations.push(violation("page_size", "NEGATIVE", format!("{}, at least 0", request.page_size)));
            DEFAULT_PAGE
        }
    };
    let start = if request.page_token.is_empty() {
        0
    } else if let Some(last) = policies.iter().position(|policy| policy.name() == request.page_token) {
        last + 1
    } else {
        violations.push(violation(
            "page_token",
            "BAD_PAGE_TOKEN",
            "not a token that an earlier page gave".to_owned(),
        ));
        0
    };
    if !violations.is_empty() {
        return Err(Refusal::Invalid(violations));
    }
    let page: Vec<pb::PolicySummary> = policies.iter().skip(start).take(size).map(convert::summary).collect();
    let more = policies.iter().nth(start + size).is_some();
    let next_page_token = page.last().filter(|_| more).map(|last| last.name.clone()).unwrap_or_default();
    Ok(pb::ListPoliciesResponse { policies: page, next_page_token })
}

fn violation(field: &str, reason: &'static str, description: String) -> Violation {
    Violation { field: field.to_owned(), description, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(page_size: i32, page_token: &str) -> Result<(Vec<String>, String), Refusal> {
        let policies =
            Policies::parse("[site.herald]\n[site.courier]\n[site.courier.section.sport]\n").unwrap();
        let request = pb::ListPoliciesRequest { page_size, page_token: page_token.to_owned() };
        let page = self::policies(&policies, &request)?;
        Ok((page.policies.into_iter().map(|policy| policy.name).collect(), page.next_page_token))
    }

    #[test]
    fn pages_follow_one_another_without_gap_or_overlap() {
        let (mut names, mut token) = page(1, "").unwrap();
        while !token.is_empty() {
            let (more, next) = page(1, &token).unwrap();
            names.extend(more);
            token = next;
        }
        assert_eq!(names, ["default", "courier", "courier/sport", "herald"]);
        assert_eq!(page(0, "").unwrap(), (names, String::new()));
    }

    #[test]
    fn a_negative_size_and_a_bad_token_are_named_at_once() {
        let Err(Refusal::Invalid(violations)) = page(-1, "no such policy") else { panic!("was taken") };
        let fields: Vec<&str> = violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["page_size", "page_token"]);
    }
}
