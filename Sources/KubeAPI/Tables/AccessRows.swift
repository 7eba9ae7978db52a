import Beehive

/// The rows of who may do what.
enum AccessRows {
    static let bindings = RowPrinter([
        .name, .text("Role", "The role that is given."), .age, .wide("Users", "The users it is given to."),
        .wide("Groups", "The groups it is given to."), .wide("ServiceAccounts", "The service accounts it is given to."),
    ]) { object in
        let role = object.object["roleRef"]
        let subjects = object.object["subjects"].elements
        func names(_ kind: String) -> JSONValue {
            let found = subjects.filter { $0["kind"].text == kind }.map { subject in
                kind == "ServiceAccount" ? "\(subject["namespace"].text)/\(subject["name"].text)" : subject["name"].text
            }
            return object.text(found.joined(separator: ", "))
        }
        return [
            object.name, object.text("\(role["kind"].text)/\(role["name"].text)"), object.age, names("User"),
            names("Group"), names("ServiceAccount"),
        ]
    }

    static let signingRequests = RowPrinter([
        .name, .age, .text("SignerName", "Who is asked to sign."), .text("Requestor", "Who asked."),
        .text("RequestedDuration", "How long the certificate shall be valid."),
        .text("Condition", "How far the request is."),
    ]) { object in
        let seconds = object.spec["expirationSeconds"].integer
        let duration = seconds.map { HumanAge.text(milliseconds: Int64(min(max($0, -2), 1 << 40)) * 1000) }
        return [
            object.name, object.age, object.text(object.spec["signerName"].text(or: CellText.none)),
            object.text(object.spec["username"].text), object.text(duration ?? CellText.none),
            object.text(condition(object)),
        ]
    }

    private static func condition(_ request: PrintedObject) -> String {
        let types = Set(request.status["conditions"].elements.map { $0["type"].text })
        var word = types.contains("Denied") ? "Denied" : types.contains("Approved") ? "Approved" : "Pending"
        if types.contains("Failed") { word += ",Failed" }
        if !request.status["certificate"].text.isEmpty { word += ",Issued" }
        return word
    }
}
