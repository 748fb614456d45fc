-- Up Migration
-- They name what was meant, whatever the path of who calls them; and migrations alone do.
ALTER PROCEDURE app.isolate(regclass) SET search_path = pg_catalog;
ALTER PROCEDURE app.isolate_append_only(regclass) SET search_path = pg_catalog;
REVOKE EXECUTE ON PROCEDURE app.isolate(regclass), app.isolate_append_only(regclass) FROM PUBLIC;

-- Down Migration
GRANT EXECUTE ON PROCEDURE app.isolate(regclass), app.isolate_append_only(regclass) TO PUBLIC;
ALTER PROCEDURE app.isolate_append_only(regclass) RESET search_path;
ALTER PROCEDURE app.isolate(regclass) RESET search_path;
