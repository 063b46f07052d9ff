"""The addresses of people and what acts for them: team, API keys, approvals, audit."""

from __future__ import annotations

from django.urls import URLPattern, path

from tallystick.doors.console.views import approvals, audit, keys, seats, team

PEOPLE: list[URLPattern] = [
    path("<slug:brand>/team", team.team, name="team"),
    path("<slug:brand>/team/partners", team.at_partners, name="team_partners"),
    path("<slug:brand>/team/partners/<str:seat>/take", seats.take_at_partner, name="team_take_at_partner"),
    path("<slug:brand>/team/invite", seats.invite, name="team_invite"),
    path("<slug:brand>/team/invitations/<str:invitation>/resend", seats.resend, name="team_resend"),
    path("<slug:brand>/team/invitations/<str:invitation>/withdraw", seats.withdraw, name="team_withdraw"),
    path("<slug:brand>/team/seats/<str:seat>/role", seats.change_role, name="team_role"),
    path("<slug:brand>/team/seats/<str:seat>/take", seats.take, name="team_take"),
    path("<slug:brand>/keys", keys.keys, name="keys"),
    path("<slug:brand>/keys/make", keys.make, name="key_make"),
    path("<slug:brand>/keys/<str:key>/rotate", keys.rotate, name="key_rotate"),
    path("<slug:brand>/keys/<str:key>/revoke", keys.revoke, name="key_revoke"),
    path("<slug:brand>/approvals", approvals.approvals, name="approvals"),
    path("<slug:brand>/approvals/<str:proposal>", approvals.approval, name="approval"),
    path("<slug:brand>/approvals/<str:proposal>/approve", approvals.approve, name="approval_approve"),
    path("<slug:brand>/approvals/<str:proposal>/decline", approvals.decline, name="approval_decline"),
    path("<slug:brand>/approvals/<str:proposal>/withdraw", approvals.withdraw, name="approval_withdraw"),
    path("<slug:brand>/audit", audit.audit, name="audit"),
    path("<slug:brand>/audit/export", audit.export, name="audit_export"),
    path("<slug:brand>/audit/<str:line>", audit.line, name="audit_line"),
]
