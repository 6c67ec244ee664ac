DROP FUNCTION kernel_guard_status();
