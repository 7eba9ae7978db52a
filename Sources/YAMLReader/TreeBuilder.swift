/// Builds trees from events with a stack of its own, so that depth costs memory within a limit and no call stack.
struct TreeBuilder {
    /// A node with what it would cost to copy.
    private struct Built {
        var node: YAMLNode
        var weight: Int
        var height: Int
    }

    /// A sequence or mapping that is not closed yet.
    private struct Frame {
        let isMapping: Bool
        let anchor: String?
        let tag: String?
        let position: YAMLPosition
        var elements: [YAMLNode] = []
        var entries: [YAMLEntry] = []
        var places: [String: YAMLPosition] = [:]
        var merges: [(node: Built, position: YAMLPosition)] = []
        var key: Key?
        var weight = 16
        var height = 0
    }

    private enum Key {
        case name(String, YAMLPosition)
        case merge(YAMLPosition)
    }

    private let limits: YAMLLimits
    private var stack: [Frame] = []
    private var anchors: [String: Built] = [:]
    private var open: Set<String> = []
    private var expanded = 0
    private(set) var documents: [YAMLNode] = []

    init(limits: YAMLLimits) {
        self.limits = limits
    }

    mutating func take(_ event: YAMLEvent) throws(YAMLError) {
        switch event {
        case .documentStart:
            anchors = [:]
            open = []
        case .documentEnd: break
        case .alias(let anchor, let place): try add(try resolve(anchor, at: place), anchor: nil, at: place)
        case .scalar(let scalar, let anchor, let tag, let place):
            let node = YAMLNode(.scalar(scalar), tag: Self.written(tag), at: place)
            try add(Built(node: node, weight: 16 + scalar.text.utf8.count, height: 0), anchor: anchor, at: place)
        case .sequenceStart(let anchor, let tag, let place):
            try push(Frame(isMapping: false, anchor: anchor, tag: Self.written(tag), position: place))
        case .mappingStart(let anchor, let tag, let place):
            try push(Frame(isMapping: true, anchor: anchor, tag: Self.written(tag), position: place))
        case .sequenceEnd: try close()
        case .mappingEnd: try close()
        }
    }

    /// `!` alone says only "not resolved by its look", which the style of a scalar cannot tell: it is a string then.
    private static func written(_ tag: String?) -> String? { tag == "!" ? YAMLTag.string : tag }

    private mutating func push(_ frame: Frame) throws(YAMLError) {
        guard stack.count < limits.depth else {
            throw YAMLError(at: frame.position, "nested deeper than \(limits.depth)")
        }
        if let last = stack.indices.last, stack[last].isMapping, stack[last].key == nil {
            throw YAMLError(at: frame.position, "a key must be a single value, this is a list or mapping")
        }
        if let anchor = frame.anchor { open.insert(anchor) }
        stack.append(frame)
    }

    private mutating func close() throws(YAMLError) {
        guard var frame = stack.popLast() else { return }
        for merge in frame.merges { try Self.merge(merge.node.node, into: &frame, at: merge.position) }
        let value: YAMLNode.Value = frame.isMapping ? .mapping(frame.entries) : .sequence(frame.elements)
        if let anchor = frame.anchor { open.remove(anchor) }
        let node = YAMLNode(value, tag: frame.tag, at: frame.position)
        try add(
            Built(node: node, weight: frame.weight, height: frame.height + 1), anchor: frame.anchor, at: frame.position)
    }

    private mutating func resolve(_ anchor: String, at place: YAMLPosition) throws(YAMLError) -> Built {
        guard !open.contains(anchor) else { throw YAMLError(at: place, "*\(anchor) stands inside &\(anchor) itself") }
        guard let built = anchors[anchor] else {
            throw YAMLError(at: place, "*\(anchor) has no anchor &\(anchor) before it")
        }
        guard stack.count + built.height <= limits.depth else {
            throw YAMLError(at: place, "nested deeper than \(limits.depth) behind *\(anchor)")
        }
        expanded += built.weight
        guard expanded <= limits.expansion else {
            throw YAMLError(at: place, "aliases expand to more than \(limits.expansion) bytes")
        }
        return built
    }

    private mutating func add(_ built: Built, anchor: String?, at place: YAMLPosition) throws(YAMLError) {
        if let anchor { anchors[anchor] = built }
        guard let last = stack.indices.last else {
            guard documents.count < limits.documents else {
                throw YAMLError(at: place, "more than \(limits.documents) documents")
            }
            documents.append(built.node)
            return
        }
        // An alias counts as much as what it stands for: an alias of aliases is dear.
        stack[last].weight += built.weight
        stack[last].height = max(stack[last].height, built.height)
        guard stack[last].isMapping else {
            stack[last].elements.append(built.node)
            return
        }
        switch stack[last].key {
        case nil: stack[last].key = try Self.key(built.node, at: place, in: &stack[last])
        case .name(let name, let position)?:
            stack[last].entries.append(YAMLEntry(name: name, keyPosition: position, value: built.node))
            stack[last].key = nil
        case .merge(let position)?:
            stack[last].merges.append((built, position))
            stack[last].key = nil
        }
    }

    private static func key(_ node: YAMLNode, at place: YAMLPosition, in frame: inout Frame) throws(YAMLError) -> Key {
        guard let scalar = node.scalar else {
            throw YAMLError(at: place, "a key must be a single value, this is \(node.kindWord)")
        }
        if scalar.text == "<<", scalar.style == .plain, node.tag == nil || node.tag == YAMLTag.merge {
            return .merge(place)
        }
        let name = try ScalarResolution.resolve(scalar, tag: node.tag, at: place).keyText
        if let earlier = frame.places.updateValue(place, forKey: name) {
            throw YAMLError(at: place, "key '\(name)' stands here a second time, the first is at \(earlier)")
        }
        return .name(name, place)
    }

    /// Adds what a merged mapping has and this one has not: what is written out wins, then the earlier merge.
    private static func merge(_ node: YAMLNode, into frame: inout Frame, at place: YAMLPosition) throws(YAMLError) {
        let sources = node.elements ?? [node]
        for source in sources {
            guard let entries = source.entries else {
                throw YAMLError(at: place, "'<<' wants a mapping or a list of mappings, this is \(source.kindWord)")
            }
            for entry in entries where frame.places[entry.name] == nil {
                frame.places[entry.name] = entry.keyPosition
                frame.entries.append(entry)
            }
        }
    }
}
