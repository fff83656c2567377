"""From a requisition to a decision: postings, applications, invitations, answers, assessments, reviews, offers."""
