package milvus

// FailedRequests matches the values of the label status of milvus_proxy_req_count with
// which a request ended for whose failure Milvus answers, of 2.x and of 3.x. What the
// caller did wrong, which 3.x tells apart, is not among them; "total" counts every
// request once more, when it begins.
const FailedRequests = `fail|fail_system|abandon|rejected|rejected_system`
