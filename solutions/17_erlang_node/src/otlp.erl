%% Spans from the BEAM, without any package: a carrier comes in, a carrier goes on, and the span is
%% posted as OTLP (JSON over HTTP) when its work is done. A real exporter sends many spans at a time, in
%% a process of its own; this one posts each where it ends, so that you can read it from top to bottom.
-module(otlp).
-export([with_span/4, with_link/4]).

%% Runs Fun within a span below the one that Carrier names. Fun is given the carrier of the new span:
%% whatever is sent with that one is the work of this span.
with_span(Name, Kind, Carrier, Fun) ->
    {Trace, Parent, Flags} = read(Carrier),
    run(#{trace => Trace, parent => Parent, flags => Flags, link => none}, Name, Kind, Carrier, Fun).

%% The same in a trace of its own, which links to the span that Carrier names.
with_link(Name, Kind, Carrier, Fun) ->
    case read(Carrier) of
        {_, none, Flags} -> run(root(Flags, none), Name, Kind, Carrier, Fun);
        {Trace, Parent, Flags} -> run(root(Flags, {Trace, Parent}), Name, Kind, Carrier, Fun)
    end.

root(Flags, Link) -> #{trace => id(16), parent => none, flags => Flags, link => Link}.

% ANCHOR: run
run(Place, Name, Kind, Carrier, Fun) ->
    Start = os:system_time(nanosecond),
    Span = Place#{id => id(8), name => Name, kind => Kind, start => Start},
    try Fun(Carrier#{<<"traceparent">> => traceparent(Span)}) of
        Result -> post(Span, ok), Result
    catch
        Class:Reason:Stack ->
            post(Span, {Class, Reason}),
            erlang:raise(Class, Reason, Stack)
    end.
% ANCHOR_END: run

%% Trace, parent and flags of a carrier. Whatever is no traceparent of version 00 begins a trace.
read(#{<<"traceparent">> := <<"00-", T:32/binary, "-", P:16/binary, "-", F:2/binary>>}) ->
    {T, P, F};
read(_) ->
    {id(16), none, <<"01">>}.

traceparent(#{trace := Trace, id := Id, flags := Flags}) ->
    <<"00-", Trace/binary, "-", Id/binary, "-", Flags/binary>>.

id(Bytes) -> string:lowercase(binary:encode_hex(rand:bytes(Bytes))).

%% An even last digit: whoever began the trace has decided not to record it.
post(#{flags := <<_, Last>>}, _) when Last =:= $0; Last =:= $2 -> ok;
post(Span, Outcome) ->
    % A backend that does not answer is no reason for the work to fail.
    try send(iolist_to_binary(request(Span, Outcome)))
    catch _:Reason -> io:format("otlp.erl: a span is lost: ~0p~n", [Reason])
    end.

send(Body) ->
    #{host := Host, port := Port} = uri_string:parse(os:getenv("OTEL_EXPORTER_OTLP_ENDPOINT")),
    {ok, Socket} = gen_tcp:connect(Host, Port, [binary, {active, false}, {nodelay, true}]),
    ok = gen_tcp:send(Socket, ["POST /v1/traces HTTP/1.1\r\nhost: ", Host, "\r\n",
        "content-type: application/json\r\nconnection: close\r\n",
        "content-length: ", integer_to_list(byte_size(Body)), "\r\n\r\n", Body]),
    {ok, <<"HTTP/1.1 200", _/binary>>} = gen_tcp:recv(Socket, 0, 5000),
    gen_tcp:close(Socket).

request(Span, Outcome) ->
    #{trace := Trace, id := Id, parent := Parent, link := Link, name := Name, kind := Kind,
      start := Start} = Span,
    End = os:system_time(nanosecond),
    object([{"resourceSpans", list([object([
        {"resource", object([{"attributes", list([
            attribute("service.name", os:getenv("OTEL_SERVICE_NAME"))])}])},
        {"scopeSpans", list([object([
            {"scope", object([{"name", text("otlp.erl")}])},
            {"spans", list([object(
                [{"traceId", text(Trace)}, {"spanId", text(Id)}, {"name", text(Name)},
                 {"kind", integer_to_list(kind(Kind))},
                 {"startTimeUnixNano", text(integer_to_list(Start))},
                 {"endTimeUnixNano", text(integer_to_list(End))}]
                ++ [{"parentSpanId", text(Parent)} || Parent =/= none]
                ++ [{"links", list([linked(Link)])} || Link =/= none]
                ++ attributes(Kind, Name)
                ++ failure(Outcome, End))])}])])}])])}]).

kind(internal) -> 1;
kind(server) -> 2;
kind(client) -> 3;
kind(producer) -> 4;
kind(consumer) -> 5.

%% A call is named by its method.
attributes(Kind, Name) when Kind =:= client; Kind =:= server ->
    [{"attributes", list([attribute("rpc.system.name", "erlang"), attribute("rpc.method", Name)])}];
attributes(_, _) -> [].

linked({Trace, Id}) -> object([{"traceId", text(Trace)}, {"spanId", text(Id)}]).

%% What is raised is an error of the span, with an event that says what.
failure(ok, _) -> [];
failure({Class, Reason}, Time) ->
    Message = io_lib:format("~0p", [Reason]),
    [{"status", object([{"code", "2"}, {"message", text(Message)}])},
     {"events", list([object([
        {"name", text("exception")}, {"timeUnixNano", text(integer_to_list(Time))},
        {"attributes", list([attribute("exception.type", atom_to_list(Class)),
                             attribute("exception.message", Message)])}])])}].

attribute(Key, Value) ->
    object([{"key", text(Key)}, {"value", object([{"stringValue", text(Value)}])}]).

%% JSON, as far as it is needed.
object(Fields) -> ["{", lists:join(",", [[text(Key), ":", Value] || {Key, Value} <- Fields]), "}"].
list(Items) -> ["[", lists:join(",", Items), "]"].
text(Text) -> ["\"", [escaped(Char) || Char <- unicode:characters_to_list(Text)], "\""].
escaped($") -> "\\\"";
escaped($\\) -> "\\\\";
escaped(Char) when Char < 32 -> io_lib:format("\\u~4.16.0b", [Char]);
escaped(Char) -> unicode:characters_to_binary([Char]).
