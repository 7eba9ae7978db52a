/// Databases as KubeEdge's edgecore leaves them, release by release.
///
/// Tables come in the order in which its modules register them. The texts are those of `docs/takeover.md`.
public enum KubeEdgeFile: String, CaseIterable, Sendable {
    /// beego's ORM, before `meta_v2`, `sub_topics` and `target_urls`.
    case v102 = "1.2"
    /// beego, with the metaserver's table.
    case v112 = "1.12"
    /// beego's second edition; the same tables.
    case v117 = "1.17"
    /// gorm.
    case v123 = "1.23"
    /// 1.17's file after 1.23 has opened it: gorm adds its own columns and makes tables anew, with other quotes.
    case upgraded = "1.17 upgraded to 1.23"

    /// One without `meta_v2`.
    public static let oldest = Self.v102
    /// One made by beego.
    public static let beego = Self.v112
    /// One made by gorm.
    public static let gorm = Self.v123

    /// One row of `meta`.
    public struct Row: Sendable {
        /// The message's resource.
        public let key: String
        /// The resource's type.
        public let type: String
        /// The object.
        public let value: String
    }

    /// Whether it has `meta_v2`.
    public var hasSecond: Bool { self != .v102 }

    /// How the release calls the second and the fifth column of `meta_v2`.
    public var secondColumns: (String, String) {
        switch self {
        case .v102, .v112, .v117: ("groupversionresource", "resourceversion")
        case .v123, .upgraded: ("group_version_resource", "resource_version")
        }
    }

    /// The statements, in order.
    public var tables: [String] {
        switch self {
        case .v102: Self.beegoDevices + [Self.beegoMeta]
        case .v112, .v117:
            Self.beegoDevices
                + [
                    Self.beego("sub_topics", ["`topic` text NOT NULL PRIMARY KEY"]), Self.beegoMeta, Self.beegoSecond,
                    Self.beego("target_urls", ["`url` text NOT NULL PRIMARY KEY"]),
                ]
        case .v123:
            Self.gormDevices
                + [
                    "CREATE TABLE `sub_topics` (`topic` text,PRIMARY KEY (`topic`))",
                    "CREATE TABLE `meta` (`key` text,`type` text,`value` text,PRIMARY KEY (`key`))",
                    "CREATE TABLE `meta_v2` (`key` text,`group_version_resource` text,`namespace` text,`name` text,"
                        + "`resource_version` integer,`value` text,PRIMARY KEY (`key`))",
                    "CREATE TABLE `target_urls` (`url` text,PRIMARY KEY (`url`))",
                ]
        case .upgraded:
            Self.beegoDevices
                + [
                    Self.beego("sub_topics", ["`topic` text NOT NULL PRIMARY KEY"]),
                    Self.beego("target_urls", ["`url` text NOT NULL PRIMARY KEY"]),
                    "CREATE TABLE \"meta\" (`key` varchar(256) NOT NULL PRIMARY KEY,`type` text,`value` text)",
                    "CREATE TABLE \"meta_v2\" (`key` varchar(256) NOT NULL PRIMARY KEY,"
                        + "`groupversionresource` varchar(256) NOT NULL DEFAULT '',`namespace` text,`name` text,"
                        + "`resourceversion` bigint unsigned NOT NULL DEFAULT 0,`value` text, "
                        + "`group_version_resource` text, `resource_version` integer)",
                ]
        }
    }

    private static let beegoMeta = beego(
        "meta",
        ["`key` varchar(256) NOT NULL PRIMARY KEY", "`type` varchar(32) NOT NULL DEFAULT '' ", "`value` text"])

    private static let beegoSecond = beego(
        "meta_v2",
        [
            "`key` varchar(256) NOT NULL PRIMARY KEY", "`groupversionresource` varchar(256) NOT NULL DEFAULT '' ",
            "`namespace` varchar(256) NOT NULL DEFAULT '' ", "`name` varchar(256) NOT NULL DEFAULT '' ",
            "`resourceversion` bigint unsigned NOT NULL DEFAULT 0 ", "`value` text",
        ])

    private static func beego(_ table: String, _ columns: [String]) -> String {
        """
        -- --------------------------------------------------
        CREATE TABLE IF NOT EXISTS `\(table)` (
            \(columns.joined(separator: ",\n    "))
        );
        """
    }

    private static let beegoDevices = [
        beego(
            "device",
            ["`id` varchar(64) NOT NULL PRIMARY KEY"]
                + ["name", "description", "state", "last_online"].map { "`\($0)` text" }),
        beego(
            "device_attr",
            ["`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT"]
                + ["deviceid", "name", "description", "value"].map { "`\($0)` text" }
                + ["`optional` bool", "`attr_type` text", "`metadata` text"]),
        beego(
            "device_twin",
            ["`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT"] + twinTexts.map { "`\($0)` text" }
                + ["`optional` bool", "`attr_type` text", "`metadata` text"]),
    ]

    private static let twinTexts = [
        "deviceid", "name", "description", "expected", "actual", "expected_meta", "actual_meta", "expected_version",
        "actual_version",
    ]

    private static let gormDevices = [
        "CREATE TABLE `device` (`id` text,`name` text,`description` text,`state` text,`last_online` text,"
            + "PRIMARY KEY (`id`))",
        "CREATE TABLE `device_attr` (`id` integer PRIMARY KEY AUTOINCREMENT,`deviceid` text,`name` text,"
            + "`description` text,`value` text,`optional` numeric,`attr_type` text,`metadata` text)",
        "CREATE TABLE `device_twin` (`id` integer PRIMARY KEY AUTOINCREMENT,"
            + twinTexts.map { "`\($0)` text," }.joined() + "`optional` numeric,`attr_type` text,`metadata` text)",
    ]

    /// Tables of other modules, which must be found untouched.
    public var foreignTables: [String] {
        ["device", "device_attr", "device_twin"] + (hasSecond ? ["sub_topics", "target_urls"] : [])
    }
}
