import Beehive

/// Reading the options that a verb has; what it has not is ignored, as the API server does.
extension RequestOptions {
    init(_ fields: QueryFields, verb: ResourceRequest.Verb) throws(APIFailure) {
        self.init()
        switch verb {
        case .get: try readVersion(fields)
        case .list, .watch: try readList(fields, isWatch: verb == .watch)
        case .create, .update, .patch: try readWrite(fields, verb: verb)
        case .delete: try readDelete(fields)
        case .deletecollection:
            try readList(fields, isWatch: false)
            try readDelete(fields)
        }
    }

    private mutating func readVersion(_ fields: QueryFields) throws(APIFailure) {
        resourceVersion = fields.text("resourceVersion")
        guard resourceVersion.isEmpty || UInt64(resourceVersion) != nil else {
            throw .badRequest(
                "invalid resource version: \"\(SelectorBounds.shown(resourceVersion))\" is no whole number: "
                    + "use one that this server gave, or leave it out")
        }
    }

    private mutating func readList(_ fields: QueryFields, isWatch: Bool) throws(APIFailure) {
        let labelText = fields.text("labelSelector")
        if !labelText.isEmpty { labels = try LabelSelector(parsing: labelText) }
        let fieldText = fields.text("fieldSelector")
        if !fieldText.isEmpty { self.fields = try FieldSelector(parsing: fieldText) }
        if labels?.requirements.isEmpty == true { labels = nil }
        if self.fields?.requirements.isEmpty == true { self.fields = nil }
        limit = try fields.number("limit").flatMap { $0 > 0 ? $0 : nil }
        continuation = fields.text("continue")
        timeoutSeconds = try fields.number("timeoutSeconds")
        allowsBookmarks = fields.isSet("allowWatchBookmarks")
        sendsInitialEvents = fields.flag("sendInitialEvents")
        let match = fields.text("resourceVersionMatch")
        versionMatch = VersionMatch(rawValue: match)
        try check(match: match, version: fields.text("resourceVersion"), isWatch: isWatch)
        try readVersion(fields)
        guard continuation.isEmpty || resourceVersion.isEmpty || resourceVersion == "0" else {
            throw .badRequest("specifying resource version is not allowed when using continue")
        }
    }

    /// What `resourceVersionMatch` and `sendInitialEvents` may say together.
    private func check(match: String, version: String, isWatch: Bool) throws(APIFailure) {
        var faults = OptionFaults()
        let name = "resourceVersionMatch"
        if isWatch {
            if sendsInitialEvents != nil, versionMatch != .notOlderThan {
                faults.forbid(name, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
            }
            if !match.isEmpty {
                if sendsInitialEvents == nil {
                    faults.forbid(
                        name, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
                }
                if versionMatch != .notOlderThan { faults.unsupported(name, match, supported: ["NotOlderThan"]) }
                if !continuation.isEmpty {
                    faults.forbid(name, "resourceVersionMatch is forbidden when continue is provided")
                }
            }
        } else {
            if !match.isEmpty {
                if version.isEmpty {
                    faults.forbid(name, "resourceVersionMatch is forbidden unless resourceVersion is provided")
                }
                if !continuation.isEmpty {
                    faults.forbid(name, "resourceVersionMatch is forbidden when continue is provided")
                }
                if versionMatch == nil { faults.unsupported(name, match, supported: ["Exact", "NotOlderThan", ""]) }
                if versionMatch == .exact, version == "0" {
                    faults.forbid(name, "resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\"")
                }
            }
            if sendsInitialEvents != nil {
                faults.forbid("sendInitialEvents", "sendInitialEvents is forbidden for list")
            }
        }
        try faults.check("ListOptions")
    }

    private mutating func readWrite(_ fields: QueryFields, verb: ResourceRequest.Verb) throws(APIFailure) {
        var faults = OptionFaults()
        readDryRun(fields, &faults)
        fieldManager = fields.text("fieldManager")
        if fieldManager.utf8.count > 128 {
            faults.invalid("fieldManager", fieldManager, "may not be more than 128 bytes")
        } else if fieldManager != OneLine.of(fieldManager) {
            faults.invalid("fieldManager", fieldManager, "should only contain printable characters")
        }
        fieldValidation = fields.text("fieldValidation")
        let known = ["", "Ignore", "Warn", "Strict"]
        if !known.contains(fieldValidation) { faults.unsupported("fieldValidation", fieldValidation, supported: known) }
        if verb == .patch { isForced = fields.isSet("force") }
        try faults.check(verb == .create ? "CreateOptions" : verb == .update ? "UpdateOptions" : "PatchOptions")
    }

    private mutating func readDelete(_ fields: QueryFields) throws(APIFailure) {
        var faults = OptionFaults()
        readDryRun(fields, &faults)
        gracePeriodSeconds = try fields.number("gracePeriodSeconds")
        propagationPolicy = fields.text("propagationPolicy")
        if let orphans = fields.flag("orphanDependents") {
            if propagationPolicy.isEmpty {
                propagationPolicy = orphans ? "Orphan" : "Background"
            } else {
                faults.invalid(
                    "propagationPolicy", propagationPolicy,
                    "orphanDependents and deletionPropagation cannot be both set")
            }
        }
        let known = ["", "Foreground", "Background", "Orphan"]
        if !known.contains(propagationPolicy) {
            faults.unsupported("propagationPolicy", propagationPolicy, supported: Array(known.dropFirst()))
        }
        try faults.check("DeleteOptions")
    }

    private mutating func readDryRun(_ fields: QueryFields, _ faults: inout OptionFaults) {
        guard let value = fields.filled("dryRun") else { return }
        if value != "All" { faults.unsupported("dryRun", value, supported: ["All"]) }
        isDryRun = true
    }
}
