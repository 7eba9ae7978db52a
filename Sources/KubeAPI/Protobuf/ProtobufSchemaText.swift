/// The messages that stock clients send in protobuf's form: leader elections, events, access reviews, and what
/// `kubectl create` makes of names and numbers alone. Workloads are not among them.
extension ProtobufSchema {
    static let kinds = """
        v1 ConfigMap Secret Namespace ServiceAccount Service Endpoints Event
        events.k8s.io/v1 Event=NewEvent
        coordination.k8s.io/v1 Lease
        authorization.k8s.io/v1 SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview \
        LocalSubjectAccessReview=SubjectAccessReview
        authentication.k8s.io/v1 SelfSubjectReview TokenReview TokenRequest
        policy/v1 Eviction
        rbac.authorization.k8s.io/v1 Role ClusterRole=Role RoleBinding ClusterRoleBinding=RoleBinding
        """

    static let text = """
        ObjectMeta 1:name:text 2:generateName:text 3:namespace:text 4:selfLink:text 5:uid:text 6:resourceVersion:text \
        7:generation:int 8:creationTimestamp:time 9:deletionTimestamp:time? 10:deletionGracePeriodSeconds:int? \
        11:labels:{text} 12:annotations:{text} 13:ownerReferences:[OwnerReference] 14:finalizers:[text] \
        17:managedFields:[ManagedFields]
        OwnerReference 1:kind:text 3:name:text 4:uid:text 5:apiVersion:text 6:controller:bool? \
        7:blockOwnerDeletion:bool?
        ManagedFields 1:manager:text 2:operation:text 3:apiVersion:text 4:time:time? 6:fieldsType:text \
        7:fieldsV1:json? 8:subresource:text
        ObjectReference 1:kind:text 2:namespace:text 3:name:text 4:uid:text 5:apiVersion:text 6:resourceVersion:text \
        7:fieldPath:text
        LocalReference 1:name:text
        DeleteOptions 1:gracePeriodSeconds:int? 2:preconditions:Preconditions? 3:orphanDependents:bool? \
        4:propagationPolicy:text? 5:dryRun:[text] 6:ignoreStoreReadErrorWithClusterBreakingPotential:bool?
        Preconditions 1:uid:text? 2:resourceVersion:text?
        ConfigMap 1:metadata:ObjectMeta 2:data:{text} 3:binaryData:{bytes} 4:immutable:bool?
        Secret 1:metadata:ObjectMeta 2:data:{bytes} 3:type:text 4:stringData:{text} 5:immutable:bool?
        Namespace 1:metadata:ObjectMeta 2:spec:NamespaceSpec 3:status:NamespaceStatus
        NamespaceSpec 1:finalizers:[text]
        NamespaceStatus 1:phase:text
        ServiceAccount 1:metadata:ObjectMeta 2:secrets:[ObjectReference] 3:imagePullSecrets:[LocalReference] \
        4:automountServiceAccountToken:bool?
        Service 1:metadata:ObjectMeta 2:spec:ServiceSpec 3:status:ServiceStatus
        ServiceSpec 1:ports:[ServicePort] 2:selector:{text} 3:clusterIP:text 4:type:text 5:externalIPs:[text] \
        7:sessionAffinity:text 8:loadBalancerIP:text 9:loadBalancerSourceRanges:[text] 10:externalName:text \
        11:externalTrafficPolicy:text 12:healthCheckNodePort:int 13:publishNotReadyAddresses:bool \
        17:ipFamilyPolicy:text? 18:clusterIPs:[text] 19:ipFamilies:[text] 20:allocateLoadBalancerNodePorts:bool? \
        21:loadBalancerClass:text? 22:internalTrafficPolicy:text? 23:trafficDistribution:text?
        ServicePort 1:name:text 2:protocol:text 3:port:int? 4:targetPort:intOrText 5:nodePort:int 6:appProtocol:text?
        ServiceStatus 1:loadBalancer:Nothing
        Nothing
        Endpoints 1:metadata:ObjectMeta 2:subsets:[EndpointSubset]
        EndpointSubset 1:addresses:[EndpointAddress] 2:notReadyAddresses:[EndpointAddress] 3:ports:[EndpointPort]
        EndpointAddress 1:ip:text 2:targetRef:ObjectReference? 3:hostname:text 4:nodeName:text?
        EndpointPort 1:name:text 2:port:int? 3:protocol:text 4:appProtocol:text?
        Event 1:metadata:ObjectMeta 2:involvedObject:ObjectReference 3:reason:text 4:message:text 5:source:EventSource \
        6:firstTimestamp:time 7:lastTimestamp:time 8:count:int 9:type:text 10:eventTime:micro 11:series:EventSeries? \
        12:action:text 13:related:ObjectReference? 14:reportingComponent:text 15:reportingInstance:text
        EventSource 1:component:text 2:host:text
        EventSeries 1:count:int 2:lastObservedTime:micro
        NewEvent 1:metadata:ObjectMeta 2:eventTime:micro 3:series:EventSeries? 4:reportingController:text \
        5:reportingInstance:text 6:action:text 7:reason:text 8:regarding:ObjectReference 9:related:ObjectReference? \
        10:note:text 11:type:text 12:deprecatedSource:EventSource 13:deprecatedFirstTimestamp:time \
        14:deprecatedLastTimestamp:time 15:deprecatedCount:int
        ListMeta 1:selfLink:text 2:resourceVersion:text 3:continue:text 4:remainingItemCount:int?
        ConfigMapList 1:metadata:ListMeta 2:items:[ConfigMap]
        LeaseList 1:metadata:ListMeta 2:items:[Lease]
        Lease 1:metadata:ObjectMeta 2:spec:LeaseSpec
        LeaseSpec 1:holderIdentity:text? 2:leaseDurationSeconds:int? 3:acquireTime:micro? 4:renewTime:micro? \
        5:leaseTransitions:int? 6:strategy:text? 7:preferredHolder:text?
        SelfSubjectAccessReview 1:metadata:ObjectMeta 2:spec:AccessSpec 3:status:AccessStatus
        AccessSpec 1:resourceAttributes:ResourceAttributes? 2:nonResourceAttributes:PathAttributes?
        ResourceAttributes 1:namespace:text 2:verb:text 3:group:text 4:version:text 5:resource:text 6:subresource:text \
        7:name:text
        PathAttributes 1:path:text 2:verb:text
        AccessStatus 1:allowed:bool 2:reason:text 3:evaluationError:text 4:denied:bool
        SelfSubjectRulesReview 1:metadata:ObjectMeta 2:spec:RulesSpec 3:status:RulesStatus
        RulesSpec 1:namespace:text
        RulesStatus 3:incomplete:bool 4:evaluationError:text
        SubjectAccessReview 1:metadata:ObjectMeta 2:spec:SubjectAccessSpec 3:status:AccessStatus
        SubjectAccessSpec 1:resourceAttributes:ResourceAttributes? 2:nonResourceAttributes:PathAttributes? \
        3:user:text 4:groups:[text] 6:uid:text
        SelfSubjectReview 1:metadata:ObjectMeta 2:status:SelfStatus
        SelfStatus 1:userInfo:UserInfo
        UserInfo 1:username:text 2:uid:text 3:groups:[text]
        TokenReview 1:metadata:ObjectMeta 2:spec:TokenReviewSpec 3:status:TokenReviewStatus
        TokenReviewSpec 1:token:text 2:audiences:[text]
        TokenReviewStatus 1:authenticated:bool 2:user:UserInfo 3:error:text 4:audiences:[text]
        TokenRequest 1:metadata:ObjectMeta 2:spec:TokenRequestSpec 3:status:TokenRequestStatus
        TokenRequestSpec 1:audiences:[text] 3:boundObjectRef:BoundReference? 4:expirationSeconds:int?
        BoundReference 1:kind:text 2:apiVersion:text 3:name:text 4:uid:text
        TokenRequestStatus 1:token:text 2:expirationTimestamp:time
        Eviction 1:metadata:ObjectMeta 2:deleteOptions:DeleteOptions?
        Role 1:metadata:ObjectMeta 2:rules:[PolicyRule]
        PolicyRule 1:verbs:[text] 2:apiGroups:[text] 3:resources:[text] 4:resourceNames:[text] 5:nonResourceURLs:[text]
        RoleBinding 1:metadata:ObjectMeta 2:subjects:[Subject] 3:roleRef:RoleReference
        Subject 1:kind:text 2:apiGroup:text 3:name:text 4:namespace:text
        RoleReference 1:apiGroup:text 2:kind:text 3:name:text
        """
}
