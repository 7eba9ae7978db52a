internal import YAMLReader

/// A configuration that was read and checked.
public struct Configuration: Sendable {
    /// What the components are made from.
    public let settings: Settings
    /// Every setting with its origin, for `config show`.
    public let report: ConfigurationReport
    /// What an operator should know though nothing is wrong: settings ignored, a link without an address.
    public let notices: [String]
    /// The values that the settings were made from.
    let values: ConfigurationValues

    init(_ values: ConfigurationValues, notices: [String]) {
        self.values = values
        self.notices = notices
        settings = Settings(values)
        report = ConfigurationReport(values)
    }
}

/// Makes settings from a file, the environment and flags: flag > environment > file > default.
public struct ConfigurationReader {
    var values = ConfigurationValues()
    var problems: [ConfigurationProblem] = []
    var notices: [String] = []
    /// How many names are still compared with all that there are: something else put in this place holds thousands.
    var suggestions = 10

    /// The most problems that are told.
    static let maximumProblems = 100

    /// Reads and checks a configuration.
    ///
    /// - Parameters:
    ///   - file: the text of the file, in either form; nil when there is none.
    ///   - environment: the variables of the process; those that start with `METAMANAGER_` count.
    ///   - flags: the arguments of `--set`, each `KEY=VALUE`.
    ///   - hostName: the name of this host, the default of the node's name.
    /// - Returns: settings, report and notices.
    /// - Throws: `ConfigurationError` with all problems at once.
    public static func read(
        file: [UInt8]?, environment: [String: String] = [:], flags: [String] = [],
        hostName: String = HostName.current()
    ) throws(ConfigurationError) -> Configuration {
        var reader = ConfigurationReader()
        let isKubeEdge = file.map { reader.take(file: $0) } ?? false
        reader.take(environment: environment)
        reader.take(flags: flags)
        reader.fillIn(isKubeEdge: isKubeEdge, hostName: hostName)
        guard reader.problems.isEmpty else { throw reader.error() }
        reader.check()
        guard reader.problems.isEmpty else { throw reader.error() }
        return Configuration(reader.values, notices: reader.notices)
    }

    /// What of a file with faults is right, to find the daemon that runs on what it read before.
    ///
    /// - Parameters:
    ///   - file: the text of the file.
    ///   - environment: the variables of the process.
    ///   - flags: the arguments of `--set`.
    ///   - keys: those that have to be right.
    ///   - hostName: the name of this host.
    /// - Returns: the settings; nil when the fault is not of single keys of the file, or is of one of `keys`.
    public static func despiteFaults(
        file: [UInt8], environment: [String: String], flags: [String], keys: [String],
        hostName: String = HostName.current()
    ) -> Settings? {
        var reader = ConfigurationReader()
        let isKubeEdge = reader.take(file: file)
        reader.take(environment: environment)
        reader.take(flags: flags)
        let isFound = reader.problems.allSatisfy { $0.line != nil && !$0.key.isEmpty && !keys.contains($0.key) }
        reader.fillIn(isKubeEdge: isKubeEdge, hostName: hostName)
        return isFound ? Settings(reader.values) : nil
    }

    private init() {}

    /// A reader of values that are known already, to check them beside each other.
    init(values: ConfigurationValues) { self.values = values }

    func error() -> ConfigurationError {
        let sorted =
            problems.filter { $0.line != nil }.sorted { ($0.line ?? 0) < ($1.line ?? 0) }
            + problems.filter { $0.line == nil }
        guard sorted.count > Self.maximumProblems else { return ConfigurationError(problems: sorted) }
        let rest = ConfigurationProblem(key: "", "\(sorted.count - Self.maximumProblems) more are wrong")
        return ConfigurationError(problems: sorted.prefix(Self.maximumProblems) + [rest])
    }

    /// Takes the file; true when it is KubeEdge's.
    private mutating func take(file: [UInt8]) -> Bool {
        let documents: [YAMLNode]
        do throws(YAMLError) {
            documents = try YAMLReader.documents(
                file, limits: YAMLLimits(bytes: 1 << 20, depth: 32, expansion: 1 << 20))
        } catch {
            problems.append(ConfigurationProblem(line: error.line, key: "", "column \(error.column): \(error.what)"))
            return false
        }
        guard let root = documents.first, !root.isNull else { return false }
        if documents.count > 1 {
            let line = documents[1].position.line
            problems.append(ConfigurationProblem(line: line, key: "", "a second document: the file must hold one"))
        }
        guard root.entries != nil else {
            let line = root.position.line
            problems.append(
                ConfigurationProblem(line: line, key: "", "wants a mapping of keys, this is \(root.kindWord)"))
            return false
        }
        if root["kind"]?.scalar?.text == "EdgeCore" {
            var form = EdgeCoreForm()
            form.take(root)
            problems += form.problems
            for (key, value, line) in form.settings { values.set(key, value, .file, line: line) }
            if !form.ignored.isEmpty {
                notices.append(
                    "settings of parts that are not here are ignored: \(form.ignored.joined(separator: ", "))")
            }
            return true
        }
        take(root, prefix: "")
        return false
    }

    /// Takes a mapping of the project's own form.
    private mutating func take(_ node: YAMLNode, prefix: String) {
        for entry in node.entries ?? [] {
            let name = prefix + entry.name
            let line = entry.keyPosition.line
            if let key = ConfigurationKey.named(name) {
                guard values[name] == nil else {
                    problems.append(ConfigurationProblem(line: line, key: name, "is set a second time"))
                    continue
                }
                do throws(ValueFault) {
                    if let value = try key.kind.value(of: entry.value) { values.set(key, value, .file, line: line) }
                } catch {
                    problems.append(ConfigurationProblem(line: line, key: name, error.shown(for: key)))
                }
            } else if ConfigurationKey.isGroup(name) {
                if entry.value.entries != nil {
                    take(entry.value, prefix: name + ".")
                } else if !entry.value.isNull {
                    let what = "wants a mapping of keys, this is \(entry.value.kindWord)"
                    problems.append(ConfigurationProblem(line: line, key: name, what))
                }
            } else {
                problems.append(ConfigurationProblem(line: line, key: name, unknown(name)))
            }
        }
    }

    private mutating func take(environment: [String: String]) {
        for key in ConfigurationKey.all {
            if let text = environment[key.variable] { take(text, for: key, as: key.variable, .environment) }
        }
        // A notice and no fault: another program may have variables of that prefix.
        let variables = ConfigurationKey.all.map(\.variable)
        let known = Set(variables + ["METAMANAGER_CONFIG"])
        let strange = environment.keys.filter { $0.hasPrefix("METAMANAGER_") && !known.contains($0) }.sorted()
        for name in strange.prefix(Self.maximumProblems) {
            let nearest = suggestion { EditDistance.nearest(to: name, among: variables) }
            notices.append("\(name) sets nothing: there is no such key\(nearest)")
        }
        if strange.count > Self.maximumProblems {
            notices.append("\(strange.count - Self.maximumProblems) more variables METAMANAGER_… set nothing")
        }
    }

    private mutating func take(flags: [String]) {
        for flag in flags {
            guard let equals = flag.firstIndex(of: "="), equals != flag.startIndex else {
                problems.append(ConfigurationProblem(key: "--set \(flag.prefix(60))", "wants KEY=VALUE"))
                continue
            }
            let name = String(flag[..<equals])
            guard let key = ConfigurationKey.named(name) else {
                problems.append(ConfigurationProblem(key: "--set \(name)", unknown(name)))
                continue
            }
            take(String(flag[flag.index(after: equals)...]), for: key, as: "--set \(name)", .flag)
        }
    }

    private mutating func take(
        _ text: String, for key: ConfigurationKey, as place: String, _ origin: ConfigurationOrigin
    ) {
        do throws(ValueFault) {
            if let value = try key.kind.value(of: text) { values.set(key, value, origin) }
        } catch {
            problems.append(ConfigurationProblem(key: place, error.shown(for: key)))
        }
    }

    private mutating func unknown(_ name: String) -> String {
        "no such key" + suggestion { ConfigurationKey.nearest(to: name) }
    }

    /// What may have been meant; nothing for all but the first few.
    mutating func suggestion(_ nearest: () -> String?) -> String {
        guard suggestions > 0 else { return "" }
        suggestions -= 1
        return nearest().map { "; did you mean \($0)?" } ?? ""
    }

    /// Gives what nobody set its default.
    private mutating func fillIn(isKubeEdge: Bool, hostName: String) {
        // The database comes before what lies beside it: the table has it so.
        for key in ConfigurationKey.all where values[key.name] == nil {
            let text: String
            switch (isKubeEdge ? key.kubeEdgeStandard : nil) ?? key.standard {
            case .none: continue
            case .text(let standard): text = standard
            case .hostName: text = hostName.lowercased()
            case .besideDatabase(let file): text = values.besideDatabase(file)
            }
            take(text, for: key, as: key.name, .standard)
        }
    }
}

extension ValueFault {
    /// The fault in words; a secret's value stays out of them.
    func shown(for key: ConfigurationKey) -> String {
        key.secret ? "the value is wrong: wants \(key.kind.summary)" : what
    }
}
