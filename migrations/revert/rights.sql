-- Revert qcr:rights
BEGIN;
REVOKE ALL ON ALL TABLES IN SCHEMA qcr FROM qcr_app, qcr_import, qcr_recalc, qcr_follow, qcr_audit, qcr_eraser;
REVOKE USAGE ON SCHEMA qcr FROM qcr_app, qcr_import, qcr_recalc, qcr_follow, qcr_audit, qcr_eraser;
COMMIT;
