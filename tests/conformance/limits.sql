-- What this product does not use, one valid statement per documentation page: see test_limit.py.

-- create external table: sql-reference/sql/create-external-table
create external table e with location = @s file_format = (type = csv);

-- create iceberg table: sql-reference/sql/create-iceberg-table
create iceberg table i (x number) external_volume = 'v' catalog = 'SNOWFLAKE' base_location = 'b';

-- create hybrid table: sql-reference/sql/create-hybrid-table
create hybrid table h (id number primary key);

-- create semantic view: sql-reference/sql/create-semantic-view
create semantic view s tables (t primary key (id)) metrics (t.n as count(id));

-- create pipe: sql-reference/sql/create-pipe
create pipe p as copy into t from @s;

-- create external function: sql-reference/sql/create-external-function
create external function f(x number) returns number api_integration = a as 'https://example.org';

-- create api integration: sql-reference/sql/create-api-integration
create api integration a api_provider = aws_api_gateway api_aws_role_arn = 'r' api_allowed_prefixes = ('https://example.org') enabled = true;

-- create catalog integration: sql-reference/sql/create-catalog-integration
create catalog integration c catalog_source = object_store table_format = iceberg enabled = true;

-- create security integration: sql-reference/sql/create-security-integration
create security integration s type = oauth enabled = true oauth_client = tableau_desktop;

-- create storage integration: sql-reference/sql/create-storage-integration
create storage integration s type = external_stage storage_provider = 's3' enabled = true storage_aws_role_arn = 'r' storage_allowed_locations = ('s3://b/');

-- create external access integration: sql-reference/sql/create-external-access-integration
create external access integration e allowed_network_rules = (r) enabled = true;

-- create external volume: sql-reference/sql/create-external-volume
create external volume v storage_locations = ((name = 'n' storage_provider = 's3' storage_base_url = 's3://b/' storage_aws_role_arn = 'r'));

-- create git repository: sql-reference/sql/create-git-repository
create git repository g api_integration = a origin = 'https://example.org/x.git';

-- create secret: sql-reference/sql/create-secret
create secret s type = generic_string secret_string = 'x';

-- create share: sql-reference/sql/create-share
create share s;

-- create listing: sql-reference/sql/create-listing
create external listing l share s as $$title: x$$;

-- create failover group: sql-reference/sql/create-failover-group
create failover group f object_types = databases allowed_databases = d allowed_accounts = o.a;

-- create replication group: sql-reference/sql/create-replication-group
create replication group r object_types = databases allowed_databases = d allowed_accounts = o.a;

-- create connection: sql-reference/sql/create-connection
create connection c;

-- create managed account: sql-reference/sql/create-managed-account
create managed account m admin_name = a, admin_password = 'p', type = reader;

-- create account: sql-reference/sql/create-account
create account a admin_name = n admin_password = 'p' email = 'n@example.org' edition = standard;

-- create compute pool: sql-reference/sql/create-compute-pool
create compute pool c min_nodes = 1 max_nodes = 1 instance_family = cpu_x64_xs;

-- create service: sql-reference/sql/create-service
create service s in compute pool c from specification $$spec: {}$$;

-- create image repository: sql-reference/sql/create-image-repository
create image repository i;

-- create notebook: sql-reference/sql/create-notebook
create notebook n;

-- create application: sql-reference/sql/create-application
create application a from application package p;

-- create application package: sql-reference/sql/create-application-package
create application package p;

-- create dbt project: sql-reference/sql/create-dbt-project
create dbt project d from '@s/p';

-- create dataset: sql-reference/sql/create-dataset
create dataset d;

-- create model: sql-reference/sql/create-model
create model m with version v from @s/m;

-- create cortex search service: sql-reference/sql/create-cortex-search
create cortex search service c on x warehouse = w target_lag = '1 day' as select 'a' as x;

-- create aggregation policy: sql-reference/sql/create-aggregation-policy
create aggregation policy a as () returns aggregation_constraint -> no_aggregation_constraint();

-- create projection policy: sql-reference/sql/create-projection-policy
create projection policy p as () returns projection_constraint -> projection_constraint(allow => false);

-- create join policy: sql-reference/sql/create-join-policy
create join policy j as () returns join_constraint -> join_constraint(join_required => true);

-- create privacy policy: sql-reference/sql/create-privacy-policy
create privacy policy p as () returns privacy_budget -> no_privacy_policy();

-- create packages policy: sql-reference/sql/create-packages-policy
create packages policy p language python allowlist = ('numpy');

-- create data metric function: sql-reference/sql/create-data-metric-function
create data metric function d(t table(x number)) returns number as 'select count(*) from t';

-- create backup policy: sql-reference/sql/create-backup-policy
create backup policy b schedule = '60 minute' expire_after_days = 1;

-- create backup set: sql-reference/sql/create-backup-set
create backup set b for table t with backup policy p;

-- alter account: sql-reference/sql/alter-account
alter account set comment = 'x';

-- alter organization account: sql-reference/sql/alter-organization-account
alter organization account set resource_monitor = m;

-- alter pipe: sql-reference/sql/alter-pipe
alter pipe p refresh;

-- create organization account: sql-reference/sql/create-organization-account
create organization account o admin_name = n admin_password = 'p' email = 'n@example.org' edition = enterprise;

-- show pipes: sql-reference/sql/show-pipes
show pipes;

-- show shares: sql-reference/sql/show-shares
show shares;

-- show dynamic tables: sql-reference/sql/show-dynamic-tables
show dynamic tables;

-- show external tables: sql-reference/sql/show-external-tables
show external tables;

-- show materialized views: sql-reference/sql/show-materialized-views
show materialized views;

-- show replication databases: sql-reference/sql/show-replication-databases
show replication databases;

-- create database ... clone: sql-reference/sql/create-clone
create database d clone other;

-- create database ... from share: sql-reference/sql/create-database
create database d from share a.b;

-- create aggregate function: sql-reference/sql/create-function
create aggregate function f() returns number as '1';

-- execute immediate from: sql-reference/sql/execute-immediate-from
execute immediate from @s/file.sql;

-- undrop database: sql-reference/sql/undrop-database
undrop database d;
