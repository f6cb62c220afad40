/**
 * The configuration: records, loader, validation, JSON Schema and reload diff. Door: {@code
 * ConfigLoader}. Immutable, any thread; knows neither Vert.x nor Hazelcast.
 */
@NullMarked
package io.nearside.config;

import org.jspecify.annotations.NullMarked;
