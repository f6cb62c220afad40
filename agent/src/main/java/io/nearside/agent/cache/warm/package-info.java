/**
 * What warming rests on: hot reads, how they travel and lie on disk, who reads which of them, and
 * how fast. Knows no protocol and reads nothing upstream; each type says from where it is used.
 */
@NullMarked
package io.nearside.agent.cache.warm;

import org.jspecify.annotations.NullMarked;
