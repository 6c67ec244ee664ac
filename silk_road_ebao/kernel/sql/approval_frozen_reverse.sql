DROP TRIGGER kernel_approval_frozen ON kernel_approval;
DROP FUNCTION kernel_approval_frozen();
