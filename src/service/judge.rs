//! The path of one comment: message in, message out. The same for the single call, an item of a batch or stream,
//! and a line of the JSON Lines command.

use super::{
    convert::{self, Asked},
    guard,
};
use crate::{
    moderation::{Comment, Policy, Submission},
    moderator::Moderator,
    pb,
    refusal::{MAX_POLICY_NAME_BYTES, Refusal},
};

/// Judges one comment. Should that panic, this call alone is refused.
///
/// # Errors
/// All violations of a malformed call at once, or an unknown policy.
pub(crate) fn judge(
    moderator: &Moderator,
    request: pb::ModerateCommentRequest,
) -> Result<pb::ModerateCommentResponse, Refusal> {
    guard(|| judge_unguarded(moderator, request))
}

fn judge_unguarded(
    moderator: &Moderator,
    request: pb::ModerateCommentRequest,
) -> Result<pb::ModerateCommentResponse, Refusal> {
    #[cfg(feature = "fault-injection")]
    assert!(request.request_id != "fault:panic", "on purpose");
    let Asked { submission, policy: name, unit, violations } = Asked::read(request);
    let submission = match Submission::parse(submission) {
        Ok(submission) if violations.is_empty() => submission,
        Ok(_) => return Err(Refusal::Invalid(violations)),
        Err(found) => return Err(Refusal::Invalid([found, violations].concat())),
    };
    let policy = policy(moderator, &name, "policy")?;
    let judgement = moderator.moderate(&submission, policy);
    let verdict = convert::verdict(judgement, &submission.comment.text, policy, unit);
    Ok(pb::ModerateCommentResponse { request_id: submission.request_id, verdict: Some(verdict) })
}

/// Applies the form rules alone.
///
/// # Errors
/// All violations of a malformed call at once, or an unknown policy.
pub(crate) fn check_draft(
    moderator: &Moderator,
    mut request: pb::CheckDraftRequest,
) -> Result<pb::CheckDraftResponse, Refusal> {
    let name = std::mem::take(&mut request.policy);
    let (comment, unit, mut violations) = convert::draft(request);
    let comment = match comment.map(Comment::parse) {
        Some(Ok(comment)) if violations.is_empty() => comment,
        Some(Err(found)) => return Err(Refusal::Invalid([found, violations].concat())),
        Some(Ok(_)) | None => return Err(Refusal::Invalid(std::mem::take(&mut violations))),
    };
    let draft = moderator.check_draft(&comment, policy(moderator, &name, "policy")?);
    Ok(convert::draft_response(draft, &comment.text, unit))
}

/// The policy of a name that came in `field`.
///
/// # Errors
/// A name that is too long to be one, or that no policy has.
pub(crate) fn policy<'a>(moderator: &'a Moderator, name: &str, field: &str) -> Result<&'a Policy, Refusal> {
    if name.len() > MAX_POLICY_NAME_BYTES {
        let description = format!("{} bytes, at most {MAX_POLICY_NAME_BYTES}", name.len());
        return Err(Refusal::violation(field, "TOO_MANY_BYTES", description));
    }
    moderator.policies().named(name).ok_or_else(|| Refusal::UnknownPolicy { name: name.to_owned() })
}
