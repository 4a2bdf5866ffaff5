"""Redis as users run it: TLS, ACLs, Sentinel, Cluster; all with real servers."""
