/// The forms in which KubeEdge makes its tables.
public enum KubeEdgeRelease: String, Sendable, CaseIterable {
    /// Up to 1.22: made by beego's ORM.
    case upTo122 = "1.22"
    /// From 1.23 on: made by gorm.
    case from123 = "1.23"

    /// The text of a table, as the release's ORM makes it (`docs/takeover.md`).
    func sql(_ table: ClassicTable) -> String {
        switch (self, table) {
        case (.upTo122, .meta):
            """
            CREATE TABLE `meta` (
                `key` varchar(256) NOT NULL PRIMARY KEY,
                `type` varchar(32) NOT NULL DEFAULT '' ,
                `value` text
            )
            """
        case (.upTo122, .second):
            """
            CREATE TABLE `meta_v2` (
                `key` varchar(256) NOT NULL PRIMARY KEY,
                `groupversionresource` varchar(256) NOT NULL DEFAULT '' ,
                `namespace` varchar(256) NOT NULL DEFAULT '' ,
                `name` varchar(256) NOT NULL DEFAULT '' ,
                `resourceversion` bigint unsigned NOT NULL DEFAULT 0 ,
                `value` text
            )
            """
        case (.from123, .meta): "CREATE TABLE `meta` (`key` text,`type` text,`value` text,PRIMARY KEY (`key`))"
        case (.from123, .second):
            "CREATE TABLE `meta_v2` (`key` text,`group_version_resource` text,`namespace` text,`name` text,"
                + "`resource_version` integer,`value` text,PRIMARY KEY (`key`))"
        }
    }

    /// A column's name in one release and in the other.
    static let spellings = [
        "groupversionresource": "group_version_resource", "group_version_resource": "groupversionresource",
        "resourceversion": "resource_version", "resource_version": "resourceversion",
    ]

    /// The release whose columns a `meta_v2` has; a file that 1.23 upgraded has both, and 1.23 reads its own.
    init(columns: [String]) { self = columns.contains("group_version_resource") ? .from123 : .upTo122 }
}
