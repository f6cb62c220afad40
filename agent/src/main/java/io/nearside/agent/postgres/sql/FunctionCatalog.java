package io.nearside.agent.postgres.sql;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one database's catalog says about where names may be used: by name alone, whatever the
 * schema, so that a search_path changes nothing. Immutable; made by {@link CatalogBuilder} from the
 * rows of {@link CatalogQuery}.
 *
 * <p>What it trusts: that a function does what its declared volatility says (also inside), and that
 * the functions behind the input and output of types change nothing. What it can not know: what
 * other sessions changed since it was loaded; a replica then refuses (25006, 0A000), and the
 * primary is asked instead.
 */
public final class FunctionCatalog {
  /** Nothing is known: every read goes to the primary. */
  public static final FunctionCatalog EMPTY =
      new FunctionCatalog(false, Set.of(), Set.of(), Map.of(), Set.of(), null);

  private final boolean loaded;
  private final Set<String> safeFunctions;
  private final Set<String> volatileFunctions;
  private final Map<String, String> primaryNames;
  private final Set<String> volatileOperators;
  private final @Nullable String volatileCast;
  private final boolean foreignNames;
  private final boolean unwrittenOperators;

  /**
   * @param safeFunctions names of which no overload is volatile
   * @param volatileFunctions names of which some overload is
   * @param primaryNames names that must not appear anywhere in a read, and what each is ("an
   *     unlogged table")
   * @param volatileOperators symbols with a volatile function behind them
   * @param volatileCast a cast with a volatile function behind it, null if there is none
   */
  FunctionCatalog(
      boolean loaded,
      Set<String> safeFunctions,
      Set<String> volatileFunctions,
      Map<String, String> primaryNames,
      Set<String> volatileOperators,
      @Nullable String volatileCast) {
    this.loaded = loaded;
    this.safeFunctions = Set.copyOf(safeFunctions);
    this.volatileFunctions = Set.copyOf(volatileFunctions);
    this.primaryNames = Map.copyOf(primaryNames);
    this.volatileOperators = Set.copyOf(volatileOperators);
    this.volatileCast = volatileCast;
    this.foreignNames = primaryNames.keySet().stream().anyMatch(name -> !isAscii(name));
    this.unwrittenOperators = volatileOperators.stream().anyMatch(ServerKnowledge::isUnwritten);
  }

  /** Whether the catalog was read at all. */
  public boolean isLoaded() {
    return loaded;
  }

  /** How many function names are known. */
  public int functionCount() {
    return safeFunctions.size() + volatileFunctions.size();
  }

  /** Whether every overload of a function gives the same answer on a replica. */
  public boolean isSafe(String function) {
    return safeFunctions.contains(function) && !ServerKnowledge.isServersOwn(function);
  }

  public boolean isVolatile(String function) {
    return volatileFunctions.contains(function);
  }

  /** What a name is that ties a read to the primary ("an unlogged table"), or null. */
  public @Nullable String primaryOnly(String name) {
    String what = primaryNames.get(name);
    if (what != null) {
      return what;
    }
    return ServerKnowledge.isServersState(name) ? "the server's own state" : null;
  }

  /** The first thing in a read that needs the primary, or null. */
  @Nullable Doubt doubt(Analysis read) {
    if (volatileCast != null) {
      return new Doubt("may use the cast " + volatileCast + ", which is volatile", "cast");
    }
    if (unwrittenOperators) {
      return new Doubt("may use a volatile operator behind a keyword", "operator");
    }
    for (String call : read.calls()) {
      Doubt doubt = ofCall(call);
      if (doubt != null) {
        return doubt;
      }
    }
    for (String operator : read.operators()) {
      if (volatileOperators.contains(operator)) {
        return new Doubt("uses the operator " + operator + ", which is volatile", "operator");
      }
    }
    for (String name : read.identifiers()) {
      String what = primaryOnly(name);
      if (what != null) {
        return new Doubt("names " + name + ", which is " + what, "relation");
      }
      if (foreignNames && !isAscii(name)) {
        return new Doubt("has a name beyond ASCII, and some of those need the primary", "relation");
      }
    }
    return null;
  }

  private @Nullable Doubt ofCall(String name) {
    if (volatileFunctions.contains(name)) {
      return new Doubt("calls " + name + ", which is volatile", "function");
    }
    if (ServerKnowledge.isServersOwn(name)) {
      return new Doubt("calls " + name + ", which answers by server", "function");
    }
    String what = primaryNames.get(name);
    if (what != null) {
      return new Doubt("names " + name + ", which is " + what, "relation");
    }
    if (safeFunctions.contains(name) || Words.isConstruct(name)) {
      return null;
    }
    return new Doubt("calls " + name + ", which the catalog does not know", "function");
  }

  private static boolean isAscii(String name) {
    return name.chars().allMatch(c -> c < 0x80);
  }
}
