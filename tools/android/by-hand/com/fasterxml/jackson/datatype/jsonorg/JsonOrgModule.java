package com.fasterxml.jackson.datatype.jsonorg;

/** Of com.fasterxml.jackson.datatype:jackson-datatype-json-org, which Debian does not have beside the rest of Jackson. */
public class JsonOrgModule extends com.fasterxml.jackson.databind.module.SimpleModule {
    public JsonOrgModule() {}
}
