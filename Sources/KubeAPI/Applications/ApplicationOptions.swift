public import Beehive

/// The options of applications, as Kubernetes' option types are written in JSON.
extension RequestOptions {
    /// ListOptions of what is asked, selectors as they came in the query: the API server reads them itself.
    public var listOptions: JSONValue {
        var options: JSONValue = [:]
        for name in ["labelSelector", "fieldSelector", "resourceVersion", "resourceVersionMatch"] {
            if let value = last(name), !value.isEmpty { options[name] = JSONValue(text: value) }
        }
        if let limit { options["limit"] = JSONValue(integer: limit) }
        if !continuation.isEmpty { options["continue"] = JSONValue(text: continuation) }
        return options
    }

    /// CreateOptions, and UpdateOptions, which are the same.
    public var writeOptions: JSONValue {
        var options: JSONValue = [:]
        if isDryRun { options["dryRun"] = ["All"] }
        if !fieldManager.isEmpty { options["fieldManager"] = JSONValue(text: fieldManager) }
        if !fieldValidation.isEmpty { options["fieldValidation"] = JSONValue(text: fieldValidation) }
        return options
    }

    /// PatchOptions.
    public var patchOptions: JSONValue {
        var options = writeOptions
        if isForced { options["force"] = true }
        return options
    }

    private func last(_ name: String) -> String? { query.last { $0.name == name }?.value }
}
