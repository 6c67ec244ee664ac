-- Run once by the owner of the schema where the application has a role of its own:
--     psql --set=app=ebao_app --file=silk_road_ebao/kernel/sql/privileges.sql
-- The triggers refuse these statements to everybody; the privileges refuse them even with the triggers gone.
REVOKE ALL ON kernel_auditevent, kernel_auditlink, kernel_audithead, kernel_statuschange FROM :"app";
GRANT SELECT, INSERT ON kernel_auditevent, kernel_statuschange TO :"app";
GRANT SELECT ON kernel_auditlink, kernel_audithead TO :"app";
REVOKE DELETE, TRUNCATE ON kernel_approval, kernel_outboxfact, kernel_outboxdelivery FROM :"app";
