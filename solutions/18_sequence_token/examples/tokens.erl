%% What a process finds as its token after something has reached it. It has the token `before`, and the
%% other side has the token `theirs`.
-module(tokens).
-behaviour(gen_server).
-export([start/0, init/1, handle_call/3, handle_cast/2]).

start() -> {ok, _} = gen_server:start({local, tokens}, ?MODULE, [], []).

init([]) -> {ok, []}.

handle_call(Way, From, State) ->
    spawn(fun() -> token(theirs), gen_server:reply(From, {ok, reached(Way)}) end),
    {noreply, State}.

handle_cast(_, State) -> {noreply, State}.

token(Label) -> seq_trace:set_token(send, true), seq_trace:set_token(label, Label).

now_mine() ->
    case seq_trace:get_token(label) of
        {label, Label} -> Label;
        [] -> none
    end.

%% Each of these begins with the token `theirs`.
reached(message) ->
    self() ! hello,
    token(before),
    receive hello -> now_mine() end;
reached(reply) ->
    Server = spawn(fun() -> receive {Asks, Ref} -> Asks ! Ref end end),
    Server ! {self(), call},
    token(before),
    receive call -> now_mine() end;
reached(spawn) ->
    {Child, Monitor} = spawn_monitor(fun() -> exit(now_mine()) end),
    receive {'DOWN', Monitor, process, Child, Mine} -> Mine end;
reached(exit) ->
    process_flag(trap_exit, true),
    Linked = spawn_link(fun() -> receive go -> exit(bye) end end),
    Linked ! go,
    token(before),
    receive {'EXIT', Linked, bye} -> now_mine() end;
reached(without) ->
    Me = self(),
    spawn(fun() -> seq_trace:set_token([]), Me ! hello end),
    token(before),
    receive hello -> now_mine() end;
reached(down) ->
    {Watched, Monitor} = spawn_monitor(fun() -> receive go -> ok end end),
    Watched ! go,
    token(before),
    receive {'DOWN', Monitor, process, Watched, _} -> now_mine() end;
reached(timer) ->
    erlang:send_after(1, self(), tick),
    token(before),
    receive tick -> now_mine() end;
reached(socket) ->
    {ok, Socket} = gen_udp:open(0, [{active, true}, {ip, {127, 0, 0, 1}}]),
    {ok, Port} = inet:port(Socket),
    ok = gen_udp:send(Socket, {127, 0, 0, 1}, Port, "hello"),
    token(before),
    receive {udp, Socket, _, _, _} -> gen_udp:close(Socket), now_mine() end;
reached(table) ->
    Table = ets:new(?MODULE, []),
    ets:insert(Table, {hello, there}),
    token(before),
    [{hello, there}] = ets:lookup(Table, hello),
    now_mine().
