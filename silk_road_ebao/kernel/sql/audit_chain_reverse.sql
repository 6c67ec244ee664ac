DROP TRIGGER kernel_audit_head_guard ON kernel_audithead;
DROP FUNCTION kernel_audit_head_guard();
DROP TRIGGER kernel_audit_chain ON kernel_auditevent;
DROP FUNCTION kernel_audit_link();
