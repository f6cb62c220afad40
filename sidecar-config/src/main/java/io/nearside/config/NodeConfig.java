package io.nearside.config;

/**
 * Who this sidecar is.
 *
 * @param id unique in the fleet; never empty once loaded
 * @param zone may be empty
 */
public record NodeConfig(
    @Setting(
            doc =
                "Name of this sidecar, unique in the fleet. Where not set: `POD_NAME`, else `HOSTNAME`, else"
                    + " `sidecar`, followed by `-` and four random hexadecimal digits.",
            byDefault = "",
            pattern = "[A-Za-z0-9]?|[A-Za-z0-9][A-Za-z0-9._-]{0,126}[A-Za-z0-9]",
            expected =
                "up to 128 letters, digits, '.', '_' and '-', the first and last a letter or digit")
        String id,
    @Setting(
            doc = "Where it runs, for people and `GET /cluster`.",
            byDefault = "",
            pattern = "[A-Za-z0-9._-]{0,128}",
            expected = "up to 128 letters, digits, '.', '_' and '-'")
        String zone) {

  public NodeConfig {
    Check.of(NodeConfig.class, id, zone).done();
  }
}
